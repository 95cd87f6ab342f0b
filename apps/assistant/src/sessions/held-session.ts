import type { LocalizedText } from "@sre/contracts/evidence";
import type { TeamId } from "@sre/contracts/shared";
import type { App } from "../app.ts";
import { changeHeldSession, isHeld, type Held, type SessionChange } from "./store.ts";
import type { Db } from "../migrations/tables.ts";

/** The session was cancelled or taken over: this run must not go on, and has nothing to clean up. */
export class SessionLost extends Error {
  constructor() {
    super("The session is no longer held by this run.");
    this.name = "SessionLost";
  }
}

/** How soon a run notices that another replica cancelled its session. Milliseconds. */
const lookEveryMs = 1_000;

/** A session in the hands of one run: it writes only as long as it holds the session. */
export interface HeldSession {
  readonly teamId: TeamId;
  readonly id: string;
  /** Aborts when the run must end early: the process stops, or the session is lost. */
  readonly signal: AbortSignal;
  /** Changes the session and adds a step. Throws SessionLost when it is not held any more. */
  change(db: Db, change: { set: SessionChange; note?: LocalizedText }): Promise<void>;
  /** Whether the session was lost, however that came out. */
  lost(): boolean;
  close(): void;
}

function watch(app: App, held: Held, lost: AbortController): NodeJS.Timeout {
  const look = async () => {
    if (!(await isHeld(app.database.kysely, held))) lost.abort(new SessionLost());
  };
  return setInterval(
    () => void look().catch((error: unknown) => app.log.debug({ err: error }, "a session was not looked at")),
    lookEveryMs,
  ).unref();
}

/** Opens the session that `held` names for a run that stops with `stop`. */
export function holdSession(app: App, held: Held & { teamId: TeamId }, stop: AbortSignal): HeldSession {
  const lost = new AbortController();
  const timer = watch(app, held, lost);
  app.running.set(held.id, lost);
  return {
    teamId: held.teamId,
    id: held.id,
    signal: AbortSignal.any([stop, lost.signal]),
    async change(db, { set, note }) {
      const at = app.clock.now().toISOString();
      const steps = note === undefined || set.current_step === undefined ? [] : [{ step: set.current_step, at, note: note.en, text: note }];
      if (await changeHeldSession(db, held, { set, steps })) return;
      lost.abort(new SessionLost());
      throw new SessionLost();
    },
    lost: () => lost.signal.aborted,
    close() {
      clearInterval(timer);
      if (app.running.get(held.id) === lost) app.running.delete(held.id);
    },
  };
}
