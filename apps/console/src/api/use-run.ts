import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useState } from "react";
import { useLanguage } from "../app/language.ts";
import { useToast } from "../ui/toast.tsx";
import { RequestFailed } from "./client.ts";

/** Runs what changes something, says what came of it, and renews the queries whose answers it made old. */
export function useRun(stale: readonly QueryKey[]) {
  const { t } = useLanguage();
  const toast = useToast();
  const client = useQueryClient();
  const [working, setWorking] = useState(false);
  const run = async (work: () => Promise<unknown>, done: string): Promise<boolean> => {
    setWorking(true);
    try {
      await work();
      toast(done);
      return true;
    } catch (error) {
      const problem = error instanceof RequestFailed ? error.problem : null;
      toast(
        problem
          ? `${problem.detail} ${problem.next_step}`
          : error instanceof RequestFailed
            ? t(`problem.${error.kind}`)
            : t("action.copyFailed"),
      );
      return false;
    } finally {
      setWorking(false);
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
    }
  };
  return { working, run };
}
