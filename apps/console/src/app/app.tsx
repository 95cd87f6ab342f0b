import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { RequestFailed } from "../api/client.ts";
import { ToastProvider } from "../ui/toast.tsx";
import { createConsoleRouter } from "./router.tsx";
import { theme } from "./theme.ts";

/** Reads are tried twice more when the server was not reached or is overloaded; a refusal is final. */
const retriesMax = 2;

function worthRetrying(failures: number, error: unknown): boolean {
  if (failures >= retriesMax || !(error instanceof RequestFailed)) return false;
  return error.kind === "unreachable" || error.problem?.retryable === true;
}

const client = new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: worthRetrying }, mutations: { retry: false } } });
const router = createConsoleRouter(client);

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={client}>
        <ToastProvider>
          <RouterProvider router={router} />
        </ToastProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
