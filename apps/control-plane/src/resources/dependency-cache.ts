import type { TeamId } from "@sre/contracts/shared";
import { readDependencies, type Dependencies } from "@sre/correlation";
import type { Clock } from "@sre/service-kit";
import type { Db } from "../migrations/tables.ts";
import { findDependencyEdges } from "./store.ts";

/** How old what is known of the topology may be when alerts are grouped, and of how many teams it is kept. */
const cacheLimits = { ageMsMax: 30_000, teamsMax: 100 } as const;
const farthestSteps = 3;

/** What depends on what, read from the topology and kept for half a minute. */
export interface DependencyCache {
  /** Read over at most so many steps; nothing is read for 0. */
  read(db: Db, teamId: TeamId, stepsMax: number): Promise<Dependencies>;
  /** What a team declared counts at once. */
  forget(teamId: TeamId): void;
}

export function createDependencyCache(clock: Clock): DependencyCache {
  const kept = new Map<string, { readonly atMs: number; readonly dependencies: Dependencies }>();
  const none = readDependencies([], 0);
  return {
    forget(teamId) {
      for (let steps = 1; steps <= farthestSteps; steps++) kept.delete(`${teamId} ${steps}`);
    },
    async read(db, teamId, stepsMax) {
      if (stepsMax === 0) return none;
      const [atMs, key] = [clock.now().getTime(), `${teamId} ${stepsMax}`];
      const known = kept.get(key);
      if (known && atMs - known.atMs < cacheLimits.ageMsMax) return known.dependencies;
      const dependencies = readDependencies(await findDependencyEdges(db, teamId), stepsMax);
      if (kept.size >= cacheLimits.teamsMax) kept.clear();
      kept.set(key, { atMs, dependencies });
      return dependencies;
    },
  };
}
