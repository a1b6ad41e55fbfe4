// Classes and types only: importing this registers nothing and touches no page.
export { httpListTransport, type ListedAccount, type ListedSync, type ListTransport } from './accounts.ts'
export { type CatalogIntegration, type CatalogTransport, httpCatalogTransport } from './catalog.ts'
export type { CatalogMessages } from './catalog-messages.ts'
export { ConnectIntegration } from './connect-integration.ts'
export type { ConnectErrorCode } from './error-codes.ts'
export { ConnectError } from './errors.ts'
export type {
  CatalogEventMap,
  CatalogLoadedDetail,
  ConnectErrorDetail,
  ConnectEventMap,
  ConnectExitDetail,
  ConnectFilesDetail,
  ConnectState,
  ConnectStateDetail,
  ConnectSuccessDetail,
  ExitReason,
  IntegrationDeletedDetail,
  ListEventMap,
  ListLoadedDetail,
} from './events.ts'
export { type CatalogState, IntegrationCatalog } from './integration-catalog.ts'
export { IntegrationList, type ListState } from './integration-list.ts'
export type { FilePicker } from './link-session.ts'
export type { ListMessages } from './list-messages.ts'
export type { ConnectMessages } from './messages.ts'
export type { ConnectHeaders } from './request.ts'
export { type ConnectedAccount, type ConnectTransport, httpTransport, type LinkTokenAnswer, type LinkTokenRequest } from './transport.ts'
