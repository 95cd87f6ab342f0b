import type { Adapter } from "../case.ts";
import { petshopAdapter } from "./petshop/index.ts";
import { sockShopAdapter } from "./sock-shop/index.ts";

/** Every data set that the harness can read. */
export const adapters: readonly Adapter[] = [petshopAdapter, sockShopAdapter];
