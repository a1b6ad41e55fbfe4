import { ConnectIntegration, type ConnectIntegrationElement, IntegrationList } from '@connect-integration/element/react'
import type {} from '@connect-integration/element/types/react'
import { useRef } from 'react'

// The same file for React 18 and 19.
export function Settings() {
  const ref = useRef<ConnectIntegrationElement>(null)
  return (
    <>
      <ConnectIntegration
        ref={ref}
        endpoint="/api/integrations"
        category="hris"
        accountId="acc_1"
        disabled={false}
        className="wide"
        style={{ color: 'red' }}
        headers={async () => ({ authorization: 'Bearer x' })}
        onSuccess={({ account }, event) => console.log(account.integration?.name.trim(), event.detail.account.id.trim())}
        onExit={({ reason }) => reason === 'cancelled'}
        onError={({ code, retryable }) => code === 'popup_blocked' && retryable}
        onReady={() => ref.current?.open()}
        onState={({ state }) => state === 'connected'}
        onClick={(event) => event.currentTarget.open()}
      >
        Connect
      </ConnectIntegration>
      {/* @ts-expect-error: no such reason */}
      <ConnectIntegration onExit={({ reason }) => reason === 'bored'} />
      {/* @ts-expect-error: a boolean is none */}
      <ConnectIntegration disabled="yes" />
      {/* @ts-expect-error: the attribute's name is for HTML */}
      <ConnectIntegration accountId={7} />
      {/* @ts-expect-error: of another element */}
      <ConnectIntegration onLoaded={() => {}} />
      <IntegrationList onLoaded={({ accounts }) => accounts.length} onDeleted={({ account }) => account.id} onConnectSuccess={() => {}} />

      <connect-integration
        endpoint="/api/integrations"
        account-id="acc_1"
        className="wide"
        ref={ref}
        onconnect-success={(event) => event.detail.account.id.trim()}
      >
        Connect
      </connect-integration>
      <integration-list onintegration-deleted={(event) => event.detail.account.id.trim()} />
      <integration-catalog category="hris" />
      {/* @ts-expect-error: React listens to "Success" */}
      <connect-integration onSuccess={() => {}} />
      {/* @ts-expect-error: no such detail */}
      <connect-integration onconnect-exit={(event) => event.detail.why} />
    </>
  )
}
