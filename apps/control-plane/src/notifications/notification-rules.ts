import { isMailAddress } from "@sre/service-kit";
import { z } from "zod";
import { parseMatcher, testFor, type Labels, type LabelTest, type Matcher } from "../matchers/matchers.ts";

const name = z.string().regex(/^[\w.-]{1,60}$/, { error: "must be 1 to 60 letters, digits, dots, dashes or underscores" });
const url = z.url({ protocol: /^https?$/ }).max(2_000);
const language = z.enum(["en", "zh-TW"]).default("en");
const webhookSecret = z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, { error: "must be whsec_ and 24 to 64 bytes in base64" });

const address = z.string().max(254).refine(isMailAddress, { error: "must be a plain mail address" });

const ReceiverConfig = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("slack"), url, language }),
  z.strictObject({ kind: z.literal("webhook"), url, secret: webhookSecret }),
  z.strictObject({
    kind: z.literal("pagerduty"),
    routing_key: z.string().min(1).max(200),
    url: url.default("https://events.pagerduty.com/v2/enqueue"),
    language,
  }),
  z.strictObject({ kind: z.literal("email"), to: z.array(address).min(1).max(20), language }),
]);
export type ReceiverConfig = z.infer<typeof ReceiverConfig>;

const isMailServer = (text: string) => {
  const url = URL.parse(text);
  return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== "" && /^\/?$/.test(url.pathname) && url.username === "" && url.search === "";
}; // prettier-ignore
const credential = z.string().min(1).max(1_000);

/** The server that takes mail. `smtps:` is TLS from the first byte; `smtp:` is STARTTLS or nothing, unless it is switched off. */
const MailServer = z
  .strictObject({
    url: z.string().max(2_000).refine(isMailServer, { error: "must be smtp:// or smtps:// with a host and a port alone" }),
    starttls: z.boolean().default(true),
    from: address,
    user: credential.optional(),
    password: credential.optional(),
    ca: z.string().max(100_000).optional(),
  })
  .superRefine(({ url: at, starttls, user, password }, context) => {
    if ((user === undefined) !== (password === undefined))
      context.addIssue({ code: "custom", path: ["user"], message: "user and password go together" });
    if (user !== undefined && !starttls && at.startsWith("smtp:"))
      context.addIssue({ code: "custom", path: ["password"], message: "is not sent in the clear: it needs smtps: or starttls" });
  });
export type MailServer = z.infer<typeof MailServer>;

const matcher = z.string().max(400).transform((text, context): Matcher => {
  const parsed = parseMatcher(text);
  if (parsed === null) return refuse(context, "must be a matcher such as team=\"payments\"");
  try {
    testFor([parsed]);
  } catch (error) {
    return refuse(context, error instanceof Error ? error.message : "is not understood");
  }
  return parsed;
}); // prettier-ignore

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

const RouteConfig = z.strictObject({
  name,
  matchers: z.array(matcher).max(20).default([]),
  receivers: z.array(name).min(1).max(10),
  continue: z.boolean().default(false),
  escalate_after_minutes: z.number().int().min(1).max(1_440).nullable().default(null),
});

const receiversMax = 50;
const NotificationFile = z
  .strictObject({
    receivers: z.record(name, ReceiverConfig).refine((all) => Object.keys(all).length <= receiversMax, { error: `at most ${receiversMax} receivers` }),
    routes: z.array(RouteConfig).min(1).max(100),
    mail_server: MailServer.optional(),
  })
  .superRefine(({ receivers, routes, mail_server }, context) => {
    for (const [receiver, { kind }] of Object.entries(receivers))
      if (kind === "email" && mail_server === undefined)
        context.addIssue({ code: "custom", path: ["receivers", receiver, "kind"], message: "needs mail_server" });
    for (const [index, route] of routes.entries()) {
      if (routes.findIndex((other) => other.name === route.name) < index)
        context.addIssue({ code: "custom", path: ["routes", index, "name"], message: "is the name of another route" });
      for (const [place, receiver] of route.receivers.entries())
        if (!Object.hasOwn(receivers, receiver)) context.addIssue({ code: "custom", path: ["routes", index, "receivers", place], message: "is no receiver" });
    }
  }); // prettier-ignore

/** Who is told of which incidents. The first route that matches is told, and the next ones while routes say `goesOn`. */
export interface Route {
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly matches: LabelTest;
  readonly receivers: readonly string[];
  readonly goesOn: boolean;
  readonly escalateAfterMinutes: number | null;
}

export interface NotificationRules {
  readonly receivers: Readonly<Record<string, ReceiverConfig>>;
  /** Null: there is no receiver of mail. */
  readonly mailServer: MailServer | null;
  readonly routes: readonly Route[];
}

/** Reads the operator's file. What is wrong comes back as a path and a reason, never with a value, because values are secrets. */
export function readNotificationRules(text: string): { readonly rules: NotificationRules } | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: "is not JSON" };
  }
  const parsed = NotificationFile.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `is not valid at ${issue?.path.map(String).join(".") || "the top"}: ${issue?.message ?? ""}` };
  }
  const routes = parsed.data.routes.map(({ continue: goesOn, escalate_after_minutes: escalateAfterMinutes, ...route }) => ({
    ...route,
    matches: testFor(route.matchers),
    goesOn,
    escalateAfterMinutes,
  }));
  return { rules: { receivers: parsed.data.receivers, mailServer: parsed.data.mail_server ?? null, routes } };
}

/** Routes that are told together, and after how many minutes since the incident opened. */
export interface Step {
  readonly afterMinutes: number;
  readonly routes: readonly Route[];
}

/**
 * Who is told of an incident with these labels, step by step: each step ends with a route that does not go on, and the next one
 * is reached when that route says after how many minutes.
 */
export function stepsFor(rules: NotificationRules, labels: Labels): Step[] {
  const steps: Step[] = [];
  let routes: Route[] = [];
  let afterMinutes = 0;
  for (const route of rules.routes) {
    if (!route.matches(labels)) continue;
    routes.push(route);
    if (route.goesOn) continue;
    steps.push({ afterMinutes, routes });
    if (route.escalateAfterMinutes === null) return steps;
    afterMinutes += route.escalateAfterMinutes;
    routes = [];
  }
  return routes.length === 0 ? steps : [...steps, { afterMinutes, routes }];
}
