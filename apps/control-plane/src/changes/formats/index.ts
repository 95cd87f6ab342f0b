import { readCloudEvent } from "./cloudevents.ts";
import { readPagerDutyChange } from "./pagerduty-change.ts";
import type { ReadChangeItem } from "./reported-change.ts";

/** How each kind of sender writes its changes. */
export const changeFormats = { cloudevents: readCloudEvent, "pagerduty-changes": readPagerDutyChange } as const satisfies Record<
  string,
  ReadChangeItem
>;

export type ChangeFormat = keyof typeof changeFormats;

export const isChangeFormat = (name: string): name is ChangeFormat => Object.hasOwn(changeFormats, name);
