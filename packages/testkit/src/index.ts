export { testDatabases, type TestDatabase } from "@sre/storage/testing";
export { createApiContract, type ApiContract, type ApiDocument, type DocumentedOperation, type ObservedReply } from "./api-contract.ts";
export { fixedClock, sequentialIds } from "./clocks.ts";
export { quietLog, testContext, testMetrics } from "./contexts.ts";
export { createContractProbe, type ContractCall, type ContractProbe } from "./contract-probe.ts";
export { fakeFaults, startFakeHttp, type FakeAnswer, type FakeFault, type FakeHttp, type FakeRequest } from "./fake-http.ts";
export { loseTables } from "./lose-tables.ts";
export { startTestIssuer, type TestIssuer } from "./issuer.ts";
