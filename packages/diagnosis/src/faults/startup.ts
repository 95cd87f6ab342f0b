import type { FindingKind } from "../messages/findings.ts";
import type { ActionId } from "../propose/actions.ts";
import { text, type Fault } from "./fault.ts";

/* Why a container does not start or is not left running (kubernetes.io: Images, Configure Liveness, Readiness and Startup Probes). */

interface Start {
  readonly shown: FindingKind;
  readonly refines: readonly string[];
  readonly title: Fault["title"];
  readonly against: Fault["speaksAgainst"];
  readonly settled: Fault["settledBy"];
  readonly plan?: readonly ActionId[];
}

const unstarted = ({ shown, refines, title, against, settled, plan }: Start): Fault => ({
  category: "startup",
  home: "workload",
  refines,
  title,
  shownBy: { [shown]: 0.97 },
  supportedBy: {
    image_pull_failing: 0.2, container_config_error: 0.2, crash_looping: 0.2, probe_failing: 0.2, container_exited: 0.1, replicas_unavailable: 0.2, rollout_stuck: 0.2,
  },
  decisive: [shown],
  speaksAgainst: against,
  follows: { callee: false, node: true, here: [] },
  settledBy: settled,
  settlingSignal: "events",
  plan: plan ?? ["kubernetes.correct_template", "kubernetes.inspect_events"],
}); // prettier-ignore

const pull = ["image_pull_failure"] as const;
const unhealthy = ["failing_probe", "crash_loop"] as const;

type Trouble = "port" | "protocol" | "timing";
const troubles: Readonly<
  Record<Trouble, readonly [title: (probe: string, zh: string) => Fault["title"], against: Fault["speaksAgainst"]]>
> = {
  port: [
    (probe, zh) => text(`the ${probe} probe of {entity} asks a port that no container offers`, `{entity} 的${zh}探測指向未提供的連接埠`),
    text("the probed port is one of the container's", "探測的連接埠確為容器所提供"),
  ],
  protocol: [
    (probe, zh) => text(`the ${probe} probe of {entity} speaks the wrong protocol`, `{entity} 的${zh}探測使用錯誤的協定`),
    text("the container answers in the probe's protocol", "容器以相同協定回應探測"),
  ],
  timing: [
    (probe, zh) => text(`the ${probe} probe of {entity} leaves it too little time to start`, `{entity} 的${zh}探測未留足夠的啟動時間`),
    text("the container starts within the time that the probe gives", "容器可在探測允許的時間內啟動"),
  ],
};

type ProbeFault = `liveness_probe_${Trouble}` | "readiness_probe_port" | "readiness_probe_protocol";

function probe(shown: ProbeFault, word: "liveness" | "readiness", trouble: Trouble): Fault {
  const [title, against] = troubles[trouble];
  const kept = unstarted({
    shown,
    refines: unhealthy,
    title: title(word, word === "liveness" ? "存活" : "就緒"),
    against,
    settled: text(`The ${word} probe of {entity} against what its container serves`, `比對 {entity} 的探測設定與容器實際提供的服務`),
  });
  return { ...kept, category: "runtime" };
}

export const startupFaults = {
  image_not_found: unstarted({
    shown: "image_not_found",
    refines: pull,
    title: text("the image of {entity} does not exist", "{entity} 的映像檔不存在"),
    against: text("new pods of the same image start", "使用相同映像檔的新 Pod 可正常啟動"),
    settled: text("Whether the image's name and tag exist in the registry", "確認映像檔名稱與標籤存在於映像檔倉庫"),
  }),
  image_pull_denied: unstarted({
    shown: "image_pull_denied",
    refines: pull,
    title: text("{entity} may not pull its image", "{entity} 無權拉取映像檔"),
    against: text("its pull secret is accepted by the registry", "倉庫接受其拉取憑證"),
    settled: text("Whether {entity} has a pull secret that the registry accepts", "確認 {entity} 具備倉庫接受的拉取憑證"),
  }),
  registry_unresolved: unstarted({
    shown: "registry_unresolved",
    refines: pull,
    title: text("the registry of the image of {entity} cannot be found by name", "無法解析 {entity} 映像檔倉庫的主機名稱"),
    against: text("other images of the same registry are pulled", "同一倉庫的其他映像檔可正常拉取"),
    settled: text("Whether the registry's name resolves on the node", "確認節點可解析倉庫主機名稱"),
  }),
  config_reference_missing: unstarted({
    shown: "config_reference_missing",
    refines: ["bad_config"],
    title: text("{entity} refers to a secret or configuration that does not exist", "{entity} 參照的 Secret 或 ConfigMap 不存在"),
    against: text("everything that it refers to exists", "其參照的物件皆存在"),
    settled: text("Whether each secret and configuration that {entity} names exists", "確認 {entity} 所參照的 Secret 與 ConfigMap 皆存在"),
    plan: ["kubernetes.correct_template", "kubernetes.inspect_config", "kubernetes.inspect_events"],
  }),
  volume_permission_denied: unstarted({
    shown: "volume_permission_denied",
    refines: ["crash_loop"],
    title: text("{entity} has no permission on its volume", "{entity} 沒有磁碟區的存取權限"),
    against: text("it reads and writes its volume", "其磁碟區可正常讀寫"),
    settled: text(
      "The owner of the files on the volume of {entity}, and the user that it runs as",
      "比對 {entity} 磁碟區的檔案擁有者與執行身分",
    ),
    plan: ["kubernetes.correct_template", "kubernetes.inspect_previous_logs"],
  }),
  port_conflict: {
    ...unstarted({
      shown: "port_in_use",
      refines: ["crash_loop"],
      title: text("two containers of {entity} want the same port", "{entity} 的兩個容器使用相同連接埠"),
      against: text("each container has a port of its own", "各容器使用不同連接埠"),
      settled: text("The ports that the containers of a pod of {entity} listen on", "查看 {entity} 的 Pod 中各容器監聽的連接埠"),
      plan: ["kubernetes.correct_template", "kubernetes.inspect_previous_logs"],
    }),
    category: "runtime",
  },
  liveness_probe_port: probe("liveness_probe_port", "liveness", "port"),
  liveness_probe_protocol: probe("liveness_probe_protocol", "liveness", "protocol"),
  liveness_probe_timing: probe("liveness_probe_timing", "liveness", "timing"),
  readiness_probe_port: probe("readiness_probe_port", "readiness", "port"),
  readiness_probe_protocol: probe("readiness_probe_protocol", "readiness", "protocol"),
} as const satisfies Record<string, Fault>;
