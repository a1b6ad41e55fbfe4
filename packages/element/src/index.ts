// Classes and types only: importing this registers nothing and touches no page.
export { ConnectIntegration } from './connect-integration.ts'
export { ConnectError, type ConnectErrorCode } from './errors.ts'
export type {
  ConnectErrorDetail,
  ConnectEventMap,
  ConnectExitDetail,
  ConnectFilesDetail,
  ConnectStateDetail,
  ConnectSuccessDetail,
} from './events.ts'
export type { ConnectState, ExitReason, FilePicker } from './link-session.ts'
export type { ConnectMessages } from './messages.ts'
export {
  type ConnectedAccount,
  type ConnectHeaders,
  type ConnectTransport,
  httpTransport,
  type LinkTokenAnswer,
  type LinkTokenRequest,
} from './transport.ts'
