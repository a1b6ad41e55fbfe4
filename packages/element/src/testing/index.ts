// For the tests of a product, and for the sandbox: nothing here belongs into a production bundle.
export type { MergeLink, MergeLinkConfig } from '../merge-link.ts'
export {
  type FakeCatalogTransport,
  type FakeListTransport,
  type FakeTransport,
  fakeCatalogTransport,
  fakeListTransport,
  fakeTransport,
  type LinkableIntegration,
  type LinkBackend,
  type LinkStart,
  memoryLinkBackend,
} from './backend.ts'
export { IntegrationCatalogHarness } from './catalog-harness.ts'
export { ConnectIntegrationHarness } from './harness.ts'
export { IntegrationListHarness } from './list-harness.ts'
export { installMergeLinkStub } from './merge-link-stub.ts'
