import { text, type Fault } from "./fault.ts";

/** Faults of the network: of one service's pods, or of a whole node. */
export const networkFaults = {
  network_delay: {
    category: "network", home: "service", title: text("the network of {entity} is slow", "{entity} 的網路延遲過高"),
    shownBy: { delay_of_its_own: 0.8 }, supportedBy: { golden_latency: 0.1 },
    decisive: [], speaksAgainst: text("a full CPU of its own, or a slow service that it calls", "本身 CPU 已滿，或所呼叫的服務變慢"),
    follows: { callee: false, node: true, here: ["cpu_saturation", "connection_pool_exhausted", "out_of_memory", "crash_loop", "disk_full"] },
    settledBy: text("The latency of {entity} from within its pod, against what callers see", "比較在 Pod 內量到的 {entity} 延遲與呼叫端所見的延遲"), settlingSignal: "latency",
    plan: ["kubernetes.inspect_pods", "kubernetes.inspect_logs"],
  },
  node_network_delay: {
    category: "network", home: "node", title: text("the network of {entity} is slow", "{entity} 的網路延遲過高"),
    shownBy: { delay_on_node: 0.9 }, supportedBy: { retransmits_risen: 0.1 },
    decisive: [], speaksAgainst: text("services on it that are as fast as ever", "其上的其他服務速度正常"), follows: { callee: false, node: false, here: ["node_packet_loss"] },
    settledBy: text("The round-trip time from {entity} to another node", "量測 {entity} 到其他節點的往返時間"), settlingSignal: "latency",
    plan: ["kubernetes.inspect_node", "kubernetes.cordon", "kubernetes.drain"],
  },
  node_packet_loss: {
    category: "network", home: "node", title: text("{entity} loses packets", "{entity} 遺失封包"),
    shownBy: { retransmits_risen: 0.95 }, supportedBy: { delay_on_node: 0.2 },
    decisive: [], speaksAgainst: text("no packets that are sent again", "沒有重送的封包"), follows: { callee: false, node: false, here: [] },
    settledBy: text("Retransmitted packets of {entity}, by network interface", "查看 {entity} 各網路介面的封包重送數"), settlingSignal: "latency",
    plan: ["kubernetes.inspect_node", "kubernetes.cordon", "kubernetes.drain"],
  },
} as const satisfies Record<string, Fault>; // prettier-ignore
