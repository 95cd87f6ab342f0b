import { type EntityId, type PlanStep } from "@sre/contracts/evidence";
import { partsOf } from "../entities.ts";
import { fill, spoken, type Template } from "../messages/words.ts";

export type ActionArguments = Readonly<Record<string, string | number | boolean>>;

/** A thing that can be done, with everything that a person must know before approving it. Never a free text. */
export interface Action {
  readonly title: Template;
  readonly effect: Template;
  readonly risk: PlanStep["risk"];
  readonly reversible: boolean;
  readonly mutates: boolean;
  readonly verifies: "errors" | "settling" | "none";
  /** The action makes sense on these kinds of things only. */
  readonly on?: "workload" | "node" | "service";
  readonly command: (target: EntityId, args: ActionArguments) => readonly string[];
}

const text = (en: string, zh: string): Template => ({ en, "zh-TW": zh });

/** A word of a shell command: quoted unless it is plainly harmless. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function kubectl(target: EntityId, words: readonly string[]): string[] {
  const { cluster, kind, name: own, namespace: around } = partsOf(target);
  const namespace = kind === "namespace" ? own : around;
  return ["kubectl", ...(cluster === "" ? [] : ["--context", cluster]), ...(namespace === "" ? [] : ["--namespace", namespace]), ...words];
}

const typed = (target: EntityId) => `${partsOf(target).kind}/${partsOf(target).name}`;
const name = (target: EntityId) => partsOf(target).name;
const look = { risk: "none", reversible: true, mutates: false, verifies: "none" } as const;

const configmap = (target: EntityId) => (partsOf(target).kind === "config" ? `configmap/${name(target)}` : typed(target));

/** All that may ever be proposed. */
export const actionCatalogue = {
  "kubernetes.rollout_undo": {
    title: text("Roll {entity} back to its former revision", "將 {entity} 回復至前一版"),
    effect: text("The pods of the former revision replace the present ones; the fault ends if {title} brought it", "以前一版的 Pod 取代現有 Pod；若故障由「{title}」造成即可恢復"),
    risk: "low", reversible: true, mutates: true, verifies: "errors",
    on: "workload", command: (target) => kubectl(target, ["rollout", "undo", typed(target)]),
  },
  "config.revert": {
    title: text("Undo the configuration change of {entity}", "還原 {entity} 的設定變更"),
    effect: text("{entity} runs with its former configuration ({former}); the fault ends if {title} brought it", "{entity} 恢復先前設定（{former}）；若故障由「{title}」造成即可恢復"),
    risk: "low", reversible: true, mutates: true, verifies: "settling",
    command: (target) => kubectl(target, ["edit", configmap(target)]),
  },
  "service.raise_pool_limit": {
    title: text("Give {entity} a larger connection pool", "調高 {entity} 的連線池上限"),
    effect: text("Waiting requests get a connection; the database must be able to serve as many", "等待中的請求可取得連線；須先確認資料庫可承受"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target) => kubectl(target, ["edit", typed(target)]),
  },
  "kubernetes.scale_up": {
    title: text("Add replicas to {entity}", "增加 {entity} 的副本數"),
    effect: text("The load is spread over more pods", "將負載分散到更多 Pod"),
    risk: "low", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target, args) => kubectl(target, ["scale", typed(target), `--replicas=${String(args["replicas"] ?? "")}`]),
  },
  "kubernetes.scale_down": {
    title: text("Take replicas from {entity} until all of them fit", "減少 {entity} 的副本數至可完全排程"),
    effect: text("No pod waits for a node any more; there is less capacity", "不再有等待節點的 Pod，但容量會減少"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target, args) => kubectl(target, ["scale", typed(target), `--replicas=${String(args["replicas"] ?? "")}`]),
  },
  "kubernetes.raise_memory_limit": {
    title: text("Raise the memory limit of {entity}", "調高 {entity} 的記憶體上限"),
    effect: text("Containers are not killed any more at their present use; the node must have the room", "容器不再因目前用量遭終止；節點須有足夠空間"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target, args) => kubectl(target, ["set", "resources", typed(target), `--limits=memory=${String(args["memory"] ?? "")}`]),
  },
  "kubernetes.raise_cpu_limit": {
    title: text("Raise the CPU limit of {entity}", "調高 {entity} 的 CPU 上限"),
    effect: text("Containers are not throttled any more at their present use", "容器在目前用量下不再遭限流"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target, args) => kubectl(target, ["set", "resources", typed(target), `--limits=cpu=${String(args["cpu"] ?? "")}`]),
  },
  "kubernetes.raise_quota": {
    title: text("Raise the quota of {entity}", "調高 {entity} 的配額"),
    effect: text("What is missing can be created", "可建立尚缺的物件"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    command: (target) => kubectl(target, ["edit", "resourcequota"]),
  },
  "kubernetes.correct_template": {
    title: text("Correct the pod template of {entity}", "修正 {entity} 的 Pod 範本"),
    effect: text("New pods of {entity} start with the corrected template and replace the failing ones", "{entity} 以修正後的範本建立新 Pod，取代異常的 Pod"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target) => kubectl(target, ["edit", typed(target)]),
  },
  "kubernetes.cordon": {
    title: text("Keep new pods away from {entity}", "停止排程新 Pod 到 {entity}"),
    effect: text("No new pod is scheduled on {entity}; running pods stay", "不再有新 Pod 排程至 {entity}，執行中的 Pod 不受影響"),
    risk: "low", reversible: true, mutates: true, verifies: "none",
    on: "node", command: (target) => kubectl(target, ["cordon", name(target)]),
  },
  "kubernetes.uncordon": {
    title: text("Let pods return to {entity}", "恢復排程至 {entity}"),
    effect: text("{entity} takes pods again once its condition is good", "{entity} 狀態正常後可再接受 Pod"),
    risk: "low", reversible: true, mutates: true, verifies: "settling",
    on: "node", command: (target) => kubectl(target, ["uncordon", name(target)]),
  },
  "kubernetes.drain": {
    title: text("Move the pods of {entity} to other nodes", "將 {entity} 上的 Pod 移至其他節點"),
    effect: text("Its pods restart elsewhere, if other nodes have the room", "Pod 於其他節點重新啟動，前提是其他節點仍有空間"),
    risk: "high", reversible: false, mutates: true, verifies: "errors",
    on: "node", command: (target) => kubectl(target, ["drain", name(target), "--ignore-daemonsets"]),
  },
  "node.free_disk": {
    title: text("Remove unused images from {entity}", "清除 {entity} 上未使用的映像檔"),
    effect: text("Disk that unused images hold becomes free; DiskPressure ends once the kubelet's threshold is met", "釋放未使用映像檔占用的磁碟；低於 kubelet 門檻後 DiskPressure 解除"),
    risk: "medium", reversible: false, mutates: true, verifies: "settling",
    // Under disk pressure the kubelet admits no debug pod, so this is done on the node itself.
    on: "node", command: (target) => ["ssh", name(target), "sudo", "crictl", "rmi", "--prune"],
  },
  "kubernetes.inspect_pods": {
    ...look, title: text("Look at the pods of {entity}", "查看 {entity} 的 Pod"), effect: text("Shows states, restarts and the node of each pod", "顯示各 Pod 的狀態、重啟次數與所在節點"),
    command: (target) => kubectl(target, ["get", "pods", "--output=wide", "--sort-by=.metadata.creationTimestamp"]),
  },
  "kubernetes.inspect_events": {
    ...look, title: text("Look at the events around {entity}", "查看 {entity} 相關事件"), effect: text("Shows what Kubernetes tried and why it failed", "顯示 Kubernetes 的動作與失敗原因"),
    command: (target) => kubectl(target, ["events", "--types=Warning"]),
  },
  "kubernetes.inspect_logs": {
    ...look, title: text("Read the log of {entity}", "查看 {entity} 的記錄"), effect: text("Shows the newest lines", "顯示最新記錄"),
    command: (target) => kubectl(target, ["logs", typed(target), "--all-containers", "--tail=200"]),
  },
  "kubernetes.inspect_previous_logs": {
    ...look, title: text("Read what {entity} logged before it crashed", "查看 {entity} 崩潰前的記錄"), effect: text("Shows the last lines of the container that ended", "顯示已終止容器的最後記錄"),
    on: "workload", command: (target) => kubectl(target, ["logs", typed(target), "--all-containers", "--previous", "--tail=200"]),
  },
  "kubernetes.inspect_rollout": {
    ...look, title: text("Compare the revisions of {entity}", "比對 {entity} 的各版本"), effect: text("Shows what the newest revision changed", "顯示最新版本的變更內容"),
    on: "workload", command: (target) => kubectl(target, ["rollout", "history", typed(target)]),
  },
  "kubernetes.inspect_config": {
    ...look, title: text("Look at the configuration of {entity}", "查看 {entity} 的設定"), effect: text("Shows which configuration it reads", "顯示其讀取的設定"),
    command: (target) => kubectl(target, ["describe", typed(target)]),
  },
  "kubernetes.inspect_capacity": {
    ...look, title: text("Compare the requests of {entity} with the free room of the nodes", "比對 {entity} 的資源請求與節點剩餘容量"), effect: text("Shows which resource is missing", "顯示不足的資源"),
    command: (target) => ["kubectl", ...(partsOf(target).cluster === "" ? [] : ["--context", partsOf(target).cluster]), "describe", "nodes"],
  },
  "kubernetes.inspect_nodes": {
    ...look, title: text("Look at the labels and taints of the nodes for {entity}", "查看節點的標籤與 taint，以供 {entity} 排程"), effect: text("Shows which nodes would take its pods", "顯示可接受其 Pod 的節點"),
    command: (target) => ["kubectl", ...(partsOf(target).cluster === "" ? [] : ["--context", partsOf(target).cluster]), "get", "nodes", "--show-labels"],
  },
  "kubernetes.inspect_claims": {
    ...look, title: text("Look at the volume claims of {entity} and at the volumes", "查看 {entity} 的 PVC 與磁碟區"), effect: text("Shows which claims are not bound and what the volumes offer", "顯示尚未綁定的 PVC 與磁碟區的規格"),
    command: (target) => kubectl(target, ["get", "persistentvolumeclaims,persistentvolumes", "--output=wide"]),
  },
  "kubernetes.inspect_service_accounts": {
    ...look, title: text("Look at the service accounts around {entity}", "查看 {entity} 所在命名空間的服務帳號"), effect: text("Shows which accounts exist", "顯示現有的服務帳號"),
    command: (target) => kubectl(target, ["get", "serviceaccounts"]),
  },
  "kubernetes.inspect_quota": {
    ...look, title: text("Look at the quotas of {entity}", "查看 {entity} 的配額"), effect: text("Shows used against hard", "顯示已用量與上限"),
    command: (target) => kubectl(target, ["describe", "resourcequota"]),
  },
  "kubernetes.inspect_disk": {
    ...look, title: text("Look at the free space in {entity}", "查看 {entity} 的可用空間"), effect: text("Shows which volume is full", "顯示已滿的磁碟區"),
    on: "workload", command: (target) => kubectl(target, ["exec", typed(target), "--", "df", "-h"]),
  },
  "kubernetes.inspect_endpoints": {
    ...look, title: text("Look at the endpoints around {entity}", "查看 {entity} 相關的端點"), effect: text("Shows services that have no pod behind them", "顯示沒有後端 Pod 的服務"),
    command: (target) => kubectl(target, ["get", "endpointslices"]),
  },
  "kubernetes.correct_service": {
    title: text("Correct {entity}", "修正 {entity}"),
    effect: text("Its selector and ports match the pods again, and requests reach them", "選擇器與連接埠重新對應到 Pod，請求可送達"),
    risk: "medium", reversible: true, mutates: true, verifies: "errors",
    on: "service", command: (target) => kubectl(target, ["edit", typed(target)]),
  },
  "kubernetes.inspect_components": {
    ...look, title: text("Look at the parts of Kubernetes that run on {entity}", "查看 {entity} 上的 Kubernetes 元件"), effect: text("Shows whether its proxy, scheduler and network pods run", "顯示代理、排程器與網路元件的 Pod 是否正常"),
    on: "node", command: (target) => kubectl(target, ["get", "pods", "--namespace=kube-system", "--output=wide", `--field-selector=spec.nodeName=${name(target)}`]),
  },
  "kubernetes.inspect_node": {
    ...look, title: text("Look at {entity}", "查看 {entity}"), effect: text("Shows conditions, pressure and what runs there", "顯示節點狀況、資源壓力與其上的 Pod"),
    on: "node", command: (target) => kubectl(target, ["describe", "node", name(target)]),
  },
} as const satisfies Record<string, Action>; // prettier-ignore

export type ActionId = keyof typeof actionCatalogue;
export const actionOf = (id: ActionId): Action => actionCatalogue[id];

/** The action as a person would type it. */
export const commandOf = (action: Action, target: EntityId, args: ActionArguments): string =>
  action.command(target, args).map(shellWord).join(" ");

export const worded = (template: Template, target: EntityId, args: ActionArguments) =>
  fill(
    template,
    Object.fromEntries(Object.entries(args).map(([key, value]) => [key, typeof value === "boolean" ? String(value) : value])),
    { entity: spoken(target) },
  );
