import { text, type Fault } from "./fault.ts";

const here = { callee: true, node: true, here: [] } as const;

/**
 * Faults that show in what a service adds by itself to lost time, failures and use of resources. They name what is wrong with
 * it, not why: a fault of the same service whose mechanism is seen, or a change just before, goes before them.
 */
export const callFaults = {
  slow_by_itself: {
    category: "runtime", home: "service", title: text("{entity} itself is slow", "{entity} 自身處理過慢"),
    shownBy: { own_time_risen: 0.95, own_delay: 0.95 }, supportedBy: { way_longer: 0.9, handover_longer: 0.9, own_failures: 0.9, own_errors: 0.9, own_log_new: 0.9, step_left_out: 0.9, cpu_risen: 0.9, memory_risen: 0.3 },
    decisive: ["own_time_risen", "own_delay"], speaksAgainst: text("calls that it waits for and that got as slow", "其等待的呼叫也同樣變慢"), follows: here,
    settledBy: text("A profile or trace of {entity}: where its own time goes", "以效能剖析或追蹤查看 {entity} 自身的時間花在何處"), settlingSignal: "latency",
    plan: ["kubernetes.inspect_logs", "kubernetes.inspect_pods"],
  },
  slow_connections: {
    category: "network", home: "service", title: text("calls to or from {entity} are slow in transit", "進出 {entity} 的呼叫在傳輸途中變慢"),
    titled: { by: "handover_longer", unless: ["way_longer"], title: text("time is lost in {entity} or on the way to or from it", "延遲發生在 {entity} 內部，或進出該服務的途中") },
    shownBy: { way_longer: 0.95, handover_longer: 0.95 }, supportedBy: { own_time_risen: 0.9, own_delay: 0.9, own_failures: 0.9, own_errors: 0.9, own_log_new: 0.9, step_left_out: 0.9, cpu_risen: 0.9, memory_risen: 0.3 },
    decisive: ["way_longer"], speaksAgainst: text("server and client that see the same time", "伺服端與用戶端量到的時間相同"), follows: here,
    settledBy: text("The round-trip time to {entity} from a pod that calls it", "從呼叫端 Pod 量測到 {entity} 的往返時間"), settlingSignal: "latency",
    plan: ["kubernetes.inspect_endpoints", "kubernetes.inspect_pods", "kubernetes.inspect_logs"],
  },
  failing_by_itself: {
    category: "runtime", home: "service", title: text("{entity} itself is failing", "{entity} 自身發生錯誤"),
    shownBy: { own_failures: 0.95, own_errors: 0.95, own_log_new: 0.95 }, supportedBy: { own_time_risen: 0.9, own_delay: 0.9, way_longer: 0.9, handover_longer: 0.9, step_left_out: 0.9, cpu_risen: 0.9, memory_risen: 0.3 },
    decisive: ["own_failures", "own_errors"], speaksAgainst: text("calls of its own that failed as often", "其對外呼叫也同樣失敗"), follows: here,
    settledBy: text("The first failure in the log of {entity}, with its stack", "查看 {entity} 日誌中第一個錯誤及其堆疊追蹤"), settlingSignal: "errors",
    plan: ["kubernetes.inspect_logs", "kubernetes.inspect_pods"],
  },
  answers_without_work: {
    category: "runtime", home: "service", title: text("{entity} answers without doing all of its work", "{entity} 未完成全部工作就回應"),
    shownBy: { step_left_out: 0.95 }, supportedBy: { own_time_risen: 0.9, own_delay: 0.9, way_longer: 0.9, handover_longer: 0.9, own_failures: 0.9, own_errors: 0.9, own_log_new: 0.9, cpu_risen: 0.9, memory_risen: 0.3 },
    decisive: [], speaksAgainst: text("every step that it used to take", "原有步驟皆有執行"), follows: here,
    settledBy: text("A trace of {entity} beside one from before", "比對 {entity} 目前與先前的追蹤"), settlingSignal: "errors",
    plan: ["kubernetes.inspect_logs", "kubernetes.inspect_rollout"],
  },
  cpu_surge: {
    category: "capacity", home: "service", title: text("{entity} uses far more CPU than usual", "{entity} 的 CPU 用量遠高於平常"),
    shownBy: { cpu_risen: 0.95 }, supportedBy: { own_time_risen: 0.9, own_delay: 0.9, way_longer: 0.9, handover_longer: 0.9, own_failures: 0.9, own_errors: 0.9, own_log_new: 0.9, step_left_out: 0.9, memory_risen: 0.3 },
    decisive: ["cpu_risen"], speaksAgainst: text("traffic that rose as much", "流量同樣大幅增加"), follows: here,
    settledBy: text("What in {entity} takes the CPU, and its requests", "查看 {entity} 中占用 CPU 的程式與請求量"), settlingSignal: "cpu",
    plan: ["kubernetes.inspect_pods", "kubernetes.inspect_logs", "kubernetes.scale_up"],
  },
  memory_surge: {
    category: "capacity", home: "service", title: text("{entity} uses far more memory than usual", "{entity} 的記憶體用量遠高於平常"),
    titled: { by: "cpu_risen", title: text("{entity} uses far more memory and CPU than usual", "{entity} 的記憶體與 CPU 用量皆遠高於平常") },
    // Filling memory takes CPU, burning CPU takes no memory: of two rises that are as strong, memory is the cause.
    shownBy: { memory_risen: 0.95 }, supportedBy: { cpu_risen: 0.8 },
    decisive: ["memory_risen"], speaksAgainst: text("memory that stays level", "記憶體用量持平"), follows: here,
    settledBy: text("Which process of {entity} takes the memory, and whether it gives any back", "查看 {entity} 中是哪個程序占用記憶體，以及是否釋放"), settlingSignal: "memory",
    plan: ["kubernetes.inspect_pods", "kubernetes.inspect_logs"],
  },
} as const satisfies Record<string, Fault>; // prettier-ignore

/** Whether a fault tells what is wrong with a service, and not why. */
export const isOwnPart = (fault: string): boolean => Object.hasOwn(callFaults, fault);

/** Whether a fault is that a service takes far more of something than usual. */
export const isSurge = (fault: string): boolean => fault === "cpu_surge" || fault === "memory_surge";
