import type { Migration } from "@sre/storage";
import { spine } from "./0001-spine.ts";
import { reasonsInChinese } from "./0002-reasons-in-chinese.ts";
import { correlation } from "./0005-correlation.ts";
import { notifications } from "./0006-notifications.ts";
import { noise } from "./0007-noise.ts";
import { watchdogs } from "./0003-watchdogs.ts";
import { cheapMoves } from "./0004-cheap-moves.ts";
import { intakePresence } from "./0008-intake-presence.ts";
import { alertsByFilter } from "./0009-alerts-by-filter.ts";
import { incidentTraits } from "./0011-incident-traits.ts";
import { rolesOfSessions } from "./0013-roles-of-sessions.ts";

/** Every migration by its name, run in the order of the names. */
export const migrations: Record<string, Migration> = {
  "0001-spine": spine,
  "0002-reasons-in-chinese": reasonsInChinese,
  "0003-watchdogs": watchdogs,
  "0004-cheap-moves": cheapMoves,
  "0005-correlation": correlation,
  "0006-notifications": notifications,
  "0007-noise": noise,
  "0008-intake-presence": intakePresence,
  "0009-alerts-by-filter": alertsByFilter,
  "0011-incident-traits": incidentTraits,
  "0013-roles-of-sessions": rolesOfSessions,
};
