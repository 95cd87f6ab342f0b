import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { signedInQuery } from "../api/queries.ts";
import { RequestFailed } from "../api/client.ts";
import {
  readAlertSearch,
  readAuditSearch,
  readCorrelationSearch,
  readIncidentSearch,
  readListSearch,
  readNotificationSearch,
  readStormSearch,
} from "./search.ts";
import { NotFound, RouteProblem } from "./route-problem.tsx";
import { Shell } from "./shell.tsx";

const rootRoute = createRootRouteWithContext<{ client: QueryClient }>()({ notFoundComponent: NotFound });

async function requireSignIn(client: QueryClient, href: string): Promise<void> {
  try {
    await client.ensureQueryData(signedInQuery());
  } catch (error) {
    // A server that cannot be reached is shown on the page, not mistaken for a missing session.
    if (error instanceof RequestFailed && error.kind === "signed_out")
      redirect({ to: "/sign-in", search: { return_to: href }, throw: true });
  }
}

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>) => ({
    return_to: typeof search["return_to"] === "string" ? search["return_to"] : "/incidents",
    ...(typeof search["error"] === "string" ? { error: search["error"] } : {}),
  }),
  component: lazyRouteComponent(() => import("../people/sign-in-page.tsx"), "SignInPage"),
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: ({ context, location }) => requireSignIn(context.client, location.href),
  component: Shell,
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  beforeLoad: () => {
    redirect({ to: "/incidents", throw: true });
  },
});

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/incidents",
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("../incidents/list-page.tsx"), "IncidentListPage"),
});

const incidentRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/incidents/$incidentId",
  validateSearch: readIncidentSearch,
  component: lazyRouteComponent(() => import("../incidents/incident-page.tsx"), "IncidentPage"),
});

const sourcesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/sources",
  component: lazyRouteComponent(() => import("../sources/source-page.tsx"), "SourcePage"),
});

const alertsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/alerts",
  validateSearch: readAlertSearch,
  component: lazyRouteComponent(() => import("../alerts/alert-page.tsx"), "AlertPage"),
});

const stormRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/storm",
  validateSearch: readStormSearch,
  component: lazyRouteComponent(() => import("../storm/storm-page.tsx"), "StormPage"),
});

const correlationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/correlation",
  validateSearch: readCorrelationSearch,
  component: lazyRouteComponent(() => import("../correlation/correlation-page.tsx"), "CorrelationPage"),
});

const notificationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/notifications",
  validateSearch: readNotificationSearch,
  component: lazyRouteComponent(() => import("../notifications/notification-page.tsx"), "NotificationPage"),
});

const maintenanceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/maintenance",
  component: lazyRouteComponent(() => import("../maintenance/maintenance-page.tsx"), "MaintenancePage"),
});

const quarantineRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/quarantine",
  component: lazyRouteComponent(() => import("../quarantine/quarantine-page.tsx"), "QuarantinePage"),
});

const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audit",
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import("../audit/audit-page.tsx"), "AuditPage"),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  shellRoute.addChildren([
    homeRoute,
    listRoute,
    incidentRoute,
    alertsRoute,
    stormRoute,
    correlationRoute,
    notificationsRoute,
    maintenanceRoute,
    quarantineRoute,
    auditRoute,
    sourcesRoute,
  ]),
]);

export function createConsoleRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: RouteProblem,
    defaultNotFoundComponent: NotFound,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
