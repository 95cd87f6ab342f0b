/** An alerting rule: what it is called, what it says, for each pod or for the thing as a whole, and after how long. */
export interface Rule {
  readonly name: string;
  readonly severity: "critical" | "error" | "warning";
  readonly of: "component" | "pod";
  /** `{name}` the thing, `{blamed}` the one it calls, `{n}` a number. */
  readonly summary: string;
  /** The rule's `for`, in seconds. */
  readonly forSeconds: number;
}

const rule = (name: string, of: Rule["of"], rest: Omit<Rule, "name" | "of">): Rule => ({ name, of, ...rest });

export const rules = {
  errors: rule("HighErrorRate", "component", {
    severity: "critical",
    summary: "{name} answers {n} % of its requests with errors",
    forSeconds: 60,
  }),
  latency: rule("HighRequestLatency", "component", { severity: "error", summary: "p99 latency of {name} is {n} s", forSeconds: 120 }),
  upstream: rule("UpstreamErrors", "component", { severity: "error", summary: "{name}: {n} % of calls to {blamed} fail", forSeconds: 60 }),
  burn: rule("ErrorBudgetBurn", "component", {
    severity: "critical",
    summary: "{name} burns its error budget {n} times too fast",
    forSeconds: 120,
  }),
  probe: rule("ProbeFailed", "component", { severity: "critical", summary: "Probe of {name} failed {n} times", forSeconds: 30 }),
  crash: rule("KubePodCrashLooping", "pod", { severity: "error", summary: "Pod of {name} restarted {n} times", forSeconds: 60 }),
  notReady: rule("KubePodNotReady", "pod", {
    severity: "error",
    summary: "Pod of {name} has not been ready for {n} minutes",
    forSeconds: 120,
  }),
  replicas: rule("KubeDeploymentReplicasMismatch", "component", {
    severity: "warning",
    summary: "{name} lacks {n} replicas",
    forSeconds: 180,
  }),
  memory: rule("ContainerMemoryNearLimit", "pod", {
    severity: "warning",
    summary: "Memory of {name} at {n} % of its limit",
    forSeconds: 60,
  }),
  throttled: rule("CPUThrottlingHigh", "pod", { severity: "warning", summary: "{n} % throttling of CPU in {name}", forSeconds: 120 }),
  saturated: rule("RequestQueueSaturated", "component", { severity: "error", summary: "{n} requests wait in {name}", forSeconds: 30 }),
  nodeDown: rule("KubeNodeNotReady", "component", {
    severity: "critical",
    summary: "Node {name} has been unready for {n} minutes",
    forSeconds: 60,
  }),
  nodeDisk: rule("NodeFilesystemAlmostFull", "component", {
    severity: "warning",
    summary: "Filesystem of {name} is {n} % full",
    forSeconds: 300,
  }),
  slowQueries: rule("DatabaseSlowQueries", "component", { severity: "error", summary: "{n} slow queries in {name}", forSeconds: 60 }),
  connections: rule("DatabaseConnectionsExhausted", "component", {
    severity: "critical",
    summary: "{name} has {n} connections left",
    forSeconds: 30,
  }),
  replication: rule("DatabaseReplicationLag", "pod", { severity: "warning", summary: "Replica of {name} lags by {n} s", forSeconds: 120 }),
  backlog: rule("QueueBacklogGrowing", "component", { severity: "error", summary: "{n} messages wait in {name}", forSeconds: 120 }),
  lag: rule("ConsumerLag", "component", { severity: "error", summary: "{name} is {n} messages behind {blamed}", forSeconds: 120 }),
  tls: rule("TLSHandshakeErrors", "component", { severity: "error", summary: "{name}: TLS handshake with {blamed} fails", forSeconds: 30 }),
  certificate: rule("CertificateExpiresSoon", "component", {
    severity: "warning",
    summary: "Certificate of {name} expires in {n} days",
    forSeconds: 300,
  }),
  disk: rule("VolumeLatencyHigh", "pod", { severity: "error", summary: "Volume of {name} takes {n} ms to write", forSeconds: 60 }),
  gc: rule("LongGarbageCollection", "pod", { severity: "warning", summary: "{name} spends {n} % in garbage collection", forSeconds: 120 }),
  target: rule("TargetDown", "component", { severity: "warning", summary: "{n} % of the targets of {name} are down", forSeconds: 300 }),
} as const;

export const nodeNoiseRules: readonly Rule[] = [rules.nodeDisk, rules.target];

/** What fires now and then without any fault. */
export const noiseRules: readonly Rule[] = [rules.throttled, rules.certificate, rules.gc, rules.target, rules.memory, rules.replicas];
