import type {} from '@connect-integration/element/types/preact'

export const settings = (
  <>
    <connect-integration
      endpoint="/api/integrations"
      account-id="acc_1"
      class="wide"
      ref={(element) => element?.open()}
      headers={{ authorization: 'Bearer x' }}
      onconnect-success={(event) => event.detail.account.id.trim()}
    >
      Connect
    </connect-integration>
    <integration-list onintegration-deleted={(event) => event.detail.account.id.trim()} />
    <integration-catalog category="hris" />
    {/* @ts-expect-error: no such detail */}
    <connect-integration onconnect-exit={(event) => event.detail.why} />
    {/* @ts-expect-error: not a text */}
    <connect-integration account-id={7} />
  </>
)
