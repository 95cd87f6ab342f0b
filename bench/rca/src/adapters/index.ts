import type { Adapter } from "../case.ts";
import { cloudOpsBenchAdapter } from "./cloud-opsbench/index.ts";
import { nezhaAdapter } from "./nezha/index.ts";
import { petshopAdapter } from "./petshop/index.ts";
import { recordedAdapter } from "./recorded/index.ts";
import { sockShopAdapter } from "./sock-shop/index.ts";

/** Every data set that the harness can read. */
export const adapters: readonly Adapter[] = [cloudOpsBenchAdapter, nezhaAdapter, petshopAdapter, recordedAdapter, sockShopAdapter];
