export { testDatabases, type TestDatabase } from "@sre/storage/testing";
export { fixedClock, sequentialIds } from "./clocks.ts";
export { quietLog, testContext, testMetrics } from "./contexts.ts";
export { fakeFaults, startFakeHttp, type FakeAnswer, type FakeFault, type FakeHttp, type FakeRequest } from "./fake-http.ts";
export { startTestIssuer, type TestIssuer } from "./issuer.ts";
