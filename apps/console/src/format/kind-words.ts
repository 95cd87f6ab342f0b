import type { Language } from "@sre/contracts/evidence";

// What engineers in Taiwan say in Chinese; Kubernetes' own kinds keep their names.
const chinese: Readonly<Record<string, string>> = {
  service: "服務", node: "節點", container: "容器", namespace: "命名空間", cluster: "叢集", database: "資料庫", queue: "佇列", config: "設定", quota: "配額", volume: "磁碟區",
  external: "外部服務", workload: "工作負載", component: "元件", deployment: "Deployment", statefulset: "StatefulSet", daemonset: "DaemonSet", replicaset: "ReplicaSet", job: "Job", cronjob: "CronJob", pod: "Pod", claim: "PVC", ingress: "Ingress", secret: "Secret",
}; // prettier-ignore

/** The kind of a thing as it stands beside its name. */
export const kindWord = (kind: string, language: Language): string => (language === "zh-TW" ? (chinese[kind] ?? kind) : kind);
