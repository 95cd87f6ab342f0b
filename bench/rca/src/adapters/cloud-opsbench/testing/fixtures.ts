/* A small estate, made up for the tests: one shop with a till whose image cannot be pulled. */

const described = (type: string, name: string, text: string) =>
  [`DescribeResource:${JSON.stringify({ resource_type: type, name, namespace: "shop" })}`, text] as const;
const listed = (type: string, text: string, place = "shop") =>
  [`GetResources:${JSON.stringify({ resource_type: type, name: "", namespace: place })}`, text] as const;

export const tillPod = `Name:             till-7c9f-x2x2x
Namespace:        shop
Service Account:  till
Node:             node-a/10.0.0.1
Start Time:       Mon, 02 Feb 2026 10:00:00 +0800
Labels:           app=till
                  pod-template-hash=7c9f
Status:           Pending
Controlled By:    ReplicaSet/till-7c9f
Containers:
  main:
    Container ID:
    Image:          registry.example/till:2
    Port:           8443/TCP
    Host Port:      0/TCP
    State:          Waiting
      Reason:       ImagePullBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    3
      Started:      Mon, 02 Feb 2026 09:58:00 +0800
      Finished:     Mon, 02 Feb 2026 09:59:00 +0800
    Ready:          False
    Restart Count:  2
    Limits:
      cpu:     500m
      memory:  64Mi
    Readiness:  tcp-socket :8443 delay=5s timeout=1s period=10s #success=1 #failure=3
    Environment Variables from:
      till-settings  ConfigMap  Optional: false
      till-keys      Secret     Optional: true
    Environment:
      LEDGER_ADDR:  ledger:7001
      GREETING:     good morning
      PIN:          <set to the key 'pin' in secret 'till-keys'>  Optional: false
    Mounts:
      /data from box (rw)
Conditions:
  Type           Status
  Ready          False
  PodScheduled   True
Volumes:
  box:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  till-box
    ReadOnly:   false
Node-Selectors:  disk=fast
Tolerations:     gpu=yes:NoSchedule
                 node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
Events:
  Type     Reason   Age                From     Message
  ----     ------   ----               ----     -------
  Normal   Pulling  2m                 kubelet  Pulling image "registry.example/till:2"
  Warning  Failed   30s (x4 over 2m)   kubelet  Failed to pull image "registry.example/till:2": not found
`;

export const tillDeployment = `Name:                   till
Namespace:              shop
CreationTimestamp:      Mon, 02 Feb 2026 10:00:00 +0800
Labels:                 app=till
Selector:               app=till
Replicas:               2 desired | 2 updated | 2 total | 0 available | 2 unavailable
StrategyType:           RollingUpdate
Pod Template:
  Labels:  app=till
  Containers:
   main:
    Image:      registry.example/till:2
    Port:       8443/TCP
    Limits:
      cpu:     500m
      memory:  64Mi
    Environment Variables from:
      till-settings  ConfigMap  Optional: false
    Environment:  <none>
    Mounts:       <none>
  Volumes:        <none>
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      False   MinimumReplicasUnavailable
Events:          <none>
`;

const tillReplicaSet = `Name:           till-7c9f
Namespace:      shop
Selector:       app=till,pod-template-hash=7c9f
Labels:         app=till
                pod-template-hash=7c9f
Controlled By:  Deployment/till
Replicas:       2 current / 2 desired
Pods Status:    0 Running / 2 Waiting / 0 Succeeded / 0 Failed
Pod Template:
  Labels:  app=till
  Containers:
   main:
    Image:        registry.example/till:2
    Environment:  <none>
    Mounts:       <none>
Events:           <none>
`;

export const tillService = `Name:                     till
Namespace:                shop
Labels:                   <none>
Selector:                 app=till
Type:                     NodePort
IP:                       10.9.0.1
Port:                     web  443/TCP
TargetPort:               8443/TCP
NodePort:                 web  30443/TCP
Endpoints:
Port:                     probe  81/UDP
TargetPort:               health/UDP
Events:                   <none>
`;

export const quota = `Name:            tight
Namespace:       shop
Resource         Used  Hard
--------         ----  ----
requests.memory  3Gi   4Gi
pods             7     8
`;

export const node = `Name:               node-a
Roles:              worker
Labels:             disk=slow
Taints:             key=only:NoSchedule
CreationTimestamp:  Mon, 01 Dec 2025 10:00:00 +0800
Unschedulable:      false
Conditions:
  Type    Status   LastHeartbeatTime                 LastTransitionTime                Reason             Message
  ----    ------   -----------------                 ------------------                ------             -------
  Ready   Unknown  Mon, 02 Feb 2026 09:50:00 +0800   Mon, 02 Feb 2026 09:55:00 +0800   NodeStatusUnknown  Kubelet stopped posting node status.
Allocatable:
  cpu:     4
Allocated resources:
  (Total limits may be over 100 percent, i.e., overcommitted.)
  Resource  Requests     Limits
  --------  --------     ------
  cpu       3500m (87%)  4 (100%)
Events:     <none>
`;

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: till
spec:
  template:
    spec:
      affinity: {}
      containers: [{ name: main, image: "registry.example/till:2" }]
---
apiVersion: v1
kind: Secret
metadata: { name: till-keys }
stringData: { LEDGER_HOST: ledger, LEDGER_PORT: "7002", PIN: "4711" }
`;

const settings = `routes:
  - id: pay
    uri: lb://\${PAY_HOST:ledger}
    predicates: [Path=/pay/**]
  - id: gone
    url: http://museum.shop:80/x
    path: /old
`;

const config = `Name:         till-settings
Namespace:    shop
Labels:       <none>

Data
====
routes.yaml:
----
${settings}

BinaryData
====

Events:  <none>
`;

const ledgerService = `apiVersion: v1
kind: Service
metadata: { name: ledger, namespace: shop, creationTimestamp: "2026-02-01T00:00:00Z" }
spec: { selector: { app: ledger }, ports: [{ name: rpc, port: 7001 }] }
`;

const calls = {
  collection_timestamp: "2026-02-02T10:02:00.250000",
  ...Object.fromEntries([
    described("pods", "till-7c9f-x2x2x", tillPod),
    described("deployments", "till", tillDeployment),
    described("replicasets", "till-7c9f", tillReplicaSet),
    described("services", "till", tillService),
    described("nodes", "node-a", node),
    described("resourcequota", "tight", quota),
    described("configmaps", "till-settings", config),
    described("services", "gone", 'Error from server (NotFound): services "gone" not found'),
    [`GetResources:${JSON.stringify({ resource_type: "services", name: "ledger", namespace: "shop", output_yaml: true })}`, ledgerService],
    listed(
      "pods",
      "NAME              READY   STATUS             RESTARTS   AGE\ntill-7c9f-x2x2x   0/1     ImagePullBackOff   2          2m5s\n",
    ),
    listed(
      "services",
      "NAME     TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\ntill     NodePort    10.9.0.1     <none>        443/TCP   2d\nledger   ClusterIP   10.9.0.2     <none>        7001/TCP  2d\n",
    ),
    listed("replicasets", "NAME        DESIRED   CURRENT   READY   AGE\ntill-7c9f   2         2         0       2m\n"),
    listed("secrets", ""),
    listed("configmaps", "NAME            DATA   AGE\ntill-settings   1      2d\n"),
    listed("persistentvolumeclaims", ""),
    listed(
      "events",
      '30s   Warning   Failed   pod/till-7c9f-x2x2x   Failed to pull image "registry.example/till:2": not found\n5m    Normal    Killing   pod/till-old-y3y3y    Stopping container main\n',
    ),
    listed("events", "9m    Normal   NodeNotReady   node/node-a   Node node-a status is now: NodeNotReady\n", "default"),
  ]),
  [`GetAppYAML:${JSON.stringify({ app_name: "till" })}`]: manifest,
  [`GetServiceDependencies:${JSON.stringify({ service_name: "till" })}`]:
    "[Service]: till\n[Upstream (Called By)]: (User Traffic)\n[Downstream (Calls)]:\ntill\n├── ledger\n│   └── vault       <-- (Database)\n└── mail\n",
  [`GetErrorLogs:${JSON.stringify({ namespace: "shop", service_name: "till" })}`]: {
    app: ["2026-02-02T10:01:00.000000001+08:00 ERROR no ledger\n2026-02-02T10:01:00.000000002+08:00 Caused by: refused"],
    previous: ["ERROR it was like this before"],
  },
  [`GetErrorLogs:${JSON.stringify({ namespace: "shop", service_name: "ledger" })}`]: "container is waiting to start",
  [`CheckServiceConnectivity:${JSON.stringify({ namespace: "shop", service_name: "ledger", port: 7001 })}`]:
    "=== report ===\nDebug Pod test results deployed on node-a: punt!\nTerminated\nConnection Failed\nDebug Pod test results deployed on node-b: ledger (10.9.0.2:7001) open\nConnection Succeeded\n",
  "CheckServiceConnectivity-shop-till-443": "Connection Failed",
  [`CheckNodeServiceStatus:${JSON.stringify({ node_name: "node-a", service_name: "kube-proxy" })}`]:
    "Service: kube-proxy\nStatus: ○ kube-proxy.service\n     Active: inactive (dead) since Mon 2026-02-02 09:40:00 CST; 22min ago\n",
  "GetAlerts:{}": {},
} as const;

export const cacheText = (more: Readonly<Record<string, unknown>> = {}): string => JSON.stringify({ ...calls, ...more });
