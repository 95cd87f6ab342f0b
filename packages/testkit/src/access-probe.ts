import { teamHeader, type Operation } from "@sre/contracts/shared";
import { defaultTeamId, type HttpServer } from "@sre/service-kit";
import { sendCall, type ContractCall } from "./contract-probe.ts";
import type { ObservedReply } from "./api-contract.ts";
import { type ExpectedRow, type PrincipalName } from "./permissions.ts";

/** A service whose own team has what `call` speaks of, and whose other team has nothing. */
export interface AccessWorld {
  readonly inject: HttpServer["inject"];
  /** Credentials of a principal of one of the two teams. */
  readonly credentials: (name: PrincipalName, team: "own" | "other") => Readonly<Record<string, string>>;
  /** Values for parameters of the path that name nothing. */
  readonly absent: Readonly<Record<string, string>>;
  /** Ids that nobody of the other team may ever be told. */
  readonly secrets: readonly string[];
}

/** A call that would succeed, and the operation with what a reviewer expects of it. */
export interface AccessCase {
  readonly operation: Operation;
  readonly row: ExpectedRow;
  readonly call: () => Promise<ContractCall>;
  /** Whether the path names an object of a team. */
  readonly namesObject: boolean;
}

const withoutCredentials = ({ authorization: _authorization, cookie: _cookie, ...rest }: Readonly<Record<string, string>>) => rest;
const withoutTrace = (text: string): string => text.replaceAll(/"(?:trace_id|instance)":"[^"]*"/g, "");

/** What is wrong with an answer of somebody who may call; null when nothing is. */
function notAdmitted({ status, text }: ObservedReply): string | null {
  return [401, 403, 404].includes(status) || status >= 500 ? `is admitted, and answered ${status} ${text.slice(0, 200)}` : null;
}

function notRefused(row: ExpectedRow, name: PrincipalName, { status }: ObservedReply): string | null {
  const otherCredential = (name === "ingest-key") !== (row.credential === "ingest");
  const expected = otherCredential ? 401 : 403;
  return status === expected ? null : `is to be refused with ${expected}, and answered ${status}`;
}

/**
 * Calls one operation as one principal: on the own team's object, on a missing one, from the other team, and from the other team
 * naming ours. Returns what differs from the reviewed row.
 */
export async function accessMismatches(world: AccessWorld, given: AccessCase, name: PrincipalName): Promise<string[]> {
  const { operation, row } = given;
  const expected = row.by[name];
  const well = await given.call();
  const missingPath = operation.path.replaceAll(/\{(\w+)\}/g, (_all, parameter: string) => world.absent[parameter] ?? "");
  const missing = given.namesObject ? { ...well, path: missingPath } : well;
  const as = (team: "own" | "other", call: ContractCall, more: Record<string, string> = {}): Promise<ObservedReply> =>
    sendCall(world.inject, operation.method, {
      ...call,
      headers: { ...withoutCredentials(call.headers ?? {}), ...world.credentials(name, team), ...more },
    });

  const replies = {
    own: await as("own", well),
    missing: await as("own", missing),
    other: await as("other", well),
    named: await as("other", well, { [teamHeader]: defaultTeamId }),
  };
  const problems: Record<keyof typeof replies, string | null> =
    expected === "no"
      ? {
          own: notRefused(row, name, replies.own),
          missing: notRefused(row, name, replies.missing),
          other: notRefused(row, name, replies.other),
          named: notRefused(row, name, replies.named),
        }
      : {
          own: notAdmitted(replies.own),
          missing: given.namesObject && replies.missing.status !== 404 ? `answered ${replies.missing.status} to what is missing` : null,
          other: name === "ingest-key" ? null : hidden(world, given, replies),
          named: expected === "all" ? notAdmitted(replies.named) : notForbidden(name, replies.named),
        };
  return Object.entries(problems).flatMap(([relation, problem]) =>
    problem === null ? [] : [`${row.operation}, ${name}, ${relation}: ${problem}`],
  );
}

// A sender's key belongs to one team, so there is no sender of another.
const notForbidden = (name: PrincipalName, { status }: ObservedReply): string | null =>
  status === 403 || name === "ingest-key" ? null : `named another team, and answered ${status}`;

/** Calls one operation without any credentials; null when that is refused as it must be. */
export async function anonymousMismatch(
  { inject }: AccessWorld,
  { operation, row, call }: Omit<AccessCase, "namesObject">,
): Promise<string | null> {
  const well = await call();
  const { status, text } = await sendCall(inject, operation.method, { ...well, headers: withoutCredentials(well.headers ?? {}) });
  const refused = status === 401 && text.includes('"code":"unauthenticated"');
  return refused ? null : `${row.operation} answers ${status} ${text.slice(0, 200)} to a caller without credentials`;
}

/** How the other team is answered: as if the object did not exist, and with nothing of ours in any case. */
function hidden(
  { secrets }: AccessWorld,
  { namesObject }: AccessCase,
  replies: { missing: ObservedReply; other: ObservedReply },
): string | null {
  const { missing, other } = replies;
  if (namesObject && (other.status !== 404 || withoutTrace(other.text) !== withoutTrace(missing.text)))
    return `is told ${other.status} ${withoutTrace(other.text)} of another team's, ${missing.status} ${withoutTrace(missing.text)} of what is missing`;
  const told = secrets.filter((secret) => other.text.includes(secret));
  return told.length === 0 ? null : `is told of another team's ${told.join(", ")}`;
}
