import type { EntityId, LocalizedText, PlanStep } from "@sre/contracts/evidence";
import { partsOf } from "../entities.ts";
import { fill, spoken, type Template } from "../messages/words.ts";
import { kubectl, kubectlInCluster, shellWord, typed } from "./kubectl.ts";

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

export type Words = Readonly<Record<string, LocalizedText>>;

const text = (en: string, zh: string): Template => ({ en, "zh-TW": zh });

const name = (target: EntityId) => partsOf(target).name;
const look = { risk: "none", reversible: true, mutates: false, verifies: "none" } as const;
const said = (args: ActionArguments, key: string): string => String(args[key] ?? "");
const optional = (args: ActionArguments, key: string, flag: string): string[] =>
  args[key] === undefined ? [] : [`${flag}=${said(args, key)}`];

/** "pods=11,requests.cpu=12" as the amounts of a quota. */
const amountsOf = (hard: string): Record<string, string> =>
  Object.fromEntries(hard.split(",").map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));

/** All that may ever be proposed. */
export const actionCatalogue = {
  "kubernetes.rollout_undo": {
    title: text("Roll {entity} back to {revision}", "將 {entity} 回復至{revision}"),
    effect: text("Pods of {revision} replace the present ones; the fault ends if “{title}” caused it", "以{revision}的 Pod 取代現有 Pod；若故障由「{title}」造成即可恢復"),
    risk: "low", reversible: true, mutates: true, verifies: "errors",
    on: "workload", command: (target, args) => kubectl(target, ["rollout", "undo", typed(target), ...optional(args, "to_revision", "--to-revision")]),
  },
  "config.restore_environment": {
    title: text("Set {key} of {entity} back to {value}", "將 {entity} 的 {key} 改回 {value}"),
    effect: text("{entity} restarts with {key}={value}; the fault ends if “{title}” caused it", "{entity} 以 {key}={value} 重新啟動；若故障由「{title}」造成即可恢復"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target, args) => kubectl(target, ["set", "env", typed(target), `${said(args, "key")}=${said(args, "value")}`]),
  },
  "config.restore_entry": {
    title: text("Set {key} in {entity} back to {value}", "將 {entity} 中的 {key} 改回 {value}"),
    effect: text("Whoever reads {key} gets {value} again, at its next restart where it reads only then; the fault ends if “{title}” caused it", "讀取 {key} 的服務會再次取得 {value}（若只在啟動時讀取，須重新啟動）；若故障由「{title}」造成即可恢復"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    command: (target, args) => kubectl(target, ["patch", typed(target), "--type=merge", `--patch=${JSON.stringify({ data: { [said(args, "key")]: said(args, "value") } })}`]),
  },
  "config.revert": {
    title: text("Undo “{title}” of {entity} by hand (an editor opens)", "手動還原 {entity} 的「{title}」（會開啟編輯器）"),
    effect: text("{entity} runs as it did before ({former}); the fault ends if “{title}” caused it", "{entity} 恢復先前設定（{former}）；若故障由「{title}」造成即可恢復"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    command: (target) => kubectl(target, ["edit", typed(target)]),
  },
  "service.raise_pool_limit": {
    title: text("Raise the connection pool's limit of {entity} by hand (an editor opens)", "手動調高 {entity} 的連線池上限（會開啟編輯器）"),
    effect: text("Waiting requests get a connection; check first that the database can serve as many", "等待中的請求可取得連線；須先確認資料庫可承受"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target) => kubectl(target, ["edit", typed(target)]),
  },
  "kubernetes.scale_up": {
    title: text("Scale {entity} from {replicas_before} to {replicas} replicas", "將 {entity} 的副本數由 {replicas_before} 增至 {replicas}"),
    effect: text("More pods run and share the load", "由更多 Pod 分擔負載"),
    risk: "low", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target, args) => kubectl(target, ["scale", typed(target), `--replicas=${said(args, "replicas")}`]),
  },
  "kubernetes.scale_down": {
    title: text("Scale {entity} from {replicas_before} to the {replicas} replicas that have room", "將 {entity} 的副本數由 {replicas_before} 減至可排程的 {replicas}"),
    effect: text("No pod waits for a node any more; there is less capacity", "不再有等待節點的 Pod，但容量會減少"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target, args) => kubectl(target, ["scale", typed(target), `--replicas=${said(args, "replicas")}`]),
  },
  "kubernetes.raise_memory_limit": {
    title: text("Raise the memory limit of {entity} from {memory_before} to {memory}", "將 {entity} 的記憶體上限由 {memory_before} 調高至 {memory}"),
    effect: text("The container is no longer killed at its present use; the node must have the room", "容器不再因目前用量遭終止；節點須有足夠空間"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target, args) => kubectl(target, ["set", "resources", typed(target), ...optional(args, "container", "--containers"), `--limits=memory=${said(args, "memory")}`]),
  },
  "kubernetes.raise_cpu_limit": {
    title: text("Raise the CPU limit of {entity} from {cpu_before} to {cpu}", "將 {entity} 的 CPU 上限由 {cpu_before} 調高至 {cpu}"),
    effect: text("The container is throttled less, or no more", "容器的節流減少或消失"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    on: "workload", command: (target, args) => kubectl(target, ["set", "resources", typed(target), ...optional(args, "container", "--containers"), `--limits=cpu=${said(args, "cpu")}`]),
  },
  "kubernetes.raise_quota": {
    title: text("Raise the quota {quota} of {entity} to {hard}", "將 {entity} 的配額 {quota} 調高至 {hard}"),
    effect: text("What was refused can be created; the nodes must have the room", "遭拒的物件可建立；節點須有足夠空間"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    command: (target, args) => kubectl(target, ["patch", `resourcequota/${said(args, "quota")}`, "--type=merge", `--patch=${JSON.stringify({ spec: { hard: amountsOf(said(args, "hard")) } })}`]),
  },
  "kubernetes.edit_quota": {
    title: text("Raise the quota of {entity} by hand (an editor opens)", "手動調高 {entity} 的配額（會開啟編輯器）"),
    effect: text("What was refused can be created; the nodes must have the room", "遭拒的物件可建立；節點須有足夠空間"),
    risk: "medium", reversible: true, mutates: true, verifies: "settling",
    command: (target) => kubectl(target, ["edit", "resourcequota"]),
  },
  "kubernetes.correct_template": {
    title: text("Correct {field} in the pod template of {entity} (an editor opens)", "修正 {entity} 的 Pod 範本中的 {field}（會開啟編輯器）"),
    effect: text("New pods start from the corrected template and replace those that fail or wait", "以修正後的範本建立新 Pod，取代異常或等待中的 Pod"),
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
    title: text("Once {entity} is in order, let pods return to it", "待 {entity} 恢復正常後，重新開放排程"),
    effect: text("{entity} takes new pods again", "{entity} 可再接受新 Pod"),
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
  "node.restart_unit": {
    title: text("Restart {unit} on {entity}", "重新啟動 {entity} 上的 {unit}"),
    effect: text("{unit} runs again; containers that run are left running", "{unit} 恢復運作，執行中的容器不受影響"),
    risk: "low", reversible: true, mutates: true, verifies: "settling",
    on: "node", command: (target, args) => ["ssh", name(target), "sudo", "systemctl", "restart", said(args, "unit")],
  },
  "kubernetes.inspect_pods": {
    ...look, title: text("Look at the pods of {entity}", "查看 {entity} 的 Pod"), effect: text("Shows states, restarts and the node of each pod", "顯示各 Pod 的狀態、重啟次數與所在節點"),
    command: (target, args) => kubectl(target, ["get", "pods", ...optional(args, "selector", "--selector"), "--output=wide", "--sort-by=.metadata.creationTimestamp"]),
  },
  "kubernetes.inspect_events": {
    ...look, title: text("Look at the warnings in the namespace of {entity}", "查看 {entity} 所在命名空間的警告事件"), effect: text("Shows what Kubernetes tried and why it failed", "顯示 Kubernetes 的動作與失敗原因"),
    command: (target) => kubectl(target, ["events", "--types=Warning"]),
  },
  "kubernetes.inspect_logs": {
    ...look, title: text("Read the log of {entity}", "查看 {entity} 的日誌"), effect: text("Shows the newest lines", "顯示最新的日誌"),
    command: (target) => kubectl(target, ["logs", typed(target), "--all-containers", "--tail=200"]),
  },
  "kubernetes.inspect_previous_logs": {
    ...look, title: text("Read what {entity} logged before it crashed", "查看 {entity} 崩潰前的日誌"), effect: text("Shows the last lines of the container that ended", "顯示已終止容器的最後日誌"),
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
    ...look, title: text("Compare what {entity} requests with what the nodes have left", "比對 {entity} 的資源請求與節點剩餘容量"), effect: text("Shows which resource is missing", "顯示不足的資源"),
    command: (target) => kubectlInCluster(target, ["describe", "nodes"]),
  },
  "kubernetes.inspect_nodes": {
    ...look, title: text("Look at the labels and taints of the nodes that {entity} could run on", "查看 {entity} 可排程節點的標籤與 taint"), effect: text("Shows which nodes would take its pods", "顯示可接受其 Pod 的節點"),
    command: (target) => kubectlInCluster(target, ["get", "nodes", "--output=custom-columns=NAME:.metadata.name,UNSCHEDULABLE:.spec.unschedulable,TAINTS:.spec.taints,LABELS:.metadata.labels"]),
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
    ...look, title: text("Look at the quotas of {entity}", "查看 {entity} 的配額"), effect: text("Shows what is used, against the hard limits", "顯示已用量與上限"),
    command: (target) => kubectl(target, ["describe", "resourcequota"]),
  },
  "kubernetes.inspect_disk": {
    ...look, title: text("Look at the free space in {entity}", "查看 {entity} 的可用空間"), effect: text("Shows which volume is full", "顯示已滿的磁碟區"),
    on: "workload", command: (target) => kubectl(target, ["exec", typed(target), "--", "df", "-h"]),
  },
  "kubernetes.inspect_endpoints": {
    ...look, title: text("Look at the endpoints of {entity}", "查看 {entity} 的端點"), effect: text("Shows which pods and ports stand behind it, if any", "顯示其後端的 Pod 與連接埠（若有）"),
    on: "service", command: (target) => kubectl(target, ["get", "endpointslices", `--selector=kubernetes.io/service-name=${name(target)}`]),
  },
  "kubernetes.correct_service": {
    title: text("Correct {field} of {entity} (an editor opens)", "修正 {entity} 的 {field}（會開啟編輯器）"),
    effect: text("{entity} matches its pods again, and requests reach them", "{entity} 重新對應到後端 Pod，請求可送達"),
    risk: "medium", reversible: true, mutates: true, verifies: "errors",
    on: "service", command: (target) => kubectl(target, ["edit", typed(target)]),
  },
  "kubernetes.inspect_components": {
    ...look, title: text("Look at the Kubernetes components on {entity}", "查看 {entity} 上的 Kubernetes 元件"), effect: text("Shows whether its proxy, scheduler and network pods run", "顯示代理、排程器與網路元件的 Pod 是否正常"),
    on: "node", command: (target) => kubectl(target, ["get", "pods", "--namespace=kube-system", "--output=wide", `--field-selector=spec.nodeName=${name(target)}`]),
  },
  "kubernetes.inspect_node": {
    ...look, title: text("Look at {entity}", "查看 {entity}"), effect: text("Shows its conditions and what runs on it", "顯示節點狀況與其上的 Pod"),
    on: "node", command: (target) => kubectl(target, ["describe", "node", name(target)]),
  },
} as const satisfies Record<string, Action>; // prettier-ignore

export type ActionId = keyof typeof actionCatalogue;
export const actionOf = (id: ActionId): Action => actionCatalogue[id];

/** The action as a person would type it. */
export const commandOf = (action: Action, target: EntityId, args: ActionArguments): string =>
  action.command(target, args).map(shellWord).join(" ");

/** The text of an action on a target; `words` are values that differ by language. */
export const worded = (template: Template, { target, args, words }: { target: EntityId; args: ActionArguments; words: Words }) =>
  fill(
    template,
    Object.fromEntries(Object.entries(args).map(([key, value]) => [key, typeof value === "boolean" ? String(value) : value])),
    { entity: spoken(target), ...words },
  );
