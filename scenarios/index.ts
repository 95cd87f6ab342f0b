import { badDeployment } from "./bad-deployment/script.ts";
import { exhaustedPool } from "./exhausted-pool/script.ts";
import { falseAlarm } from "./false-alarm/script.ts";
import { fullNode } from "./full-node/script.ts";

/** The recorded incidents, by name; each builds its variants too. */
export const scenarios = {
  "bad-deployment": badDeployment,
  "exhausted-pool": exhaustedPool,
  "full-node": fullNode,
  "false-alarm": falseAlarm,
} as const;
