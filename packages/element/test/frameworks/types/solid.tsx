import type {} from '@connect-integration/element/types/solid'

export const settings = (
  <>
    <connect-integration
      endpoint="/api/integrations"
      account-id="acc_1"
      class="wide"
      ref={(element) => element.open()}
      prop:headers={{ authorization: 'Bearer x' }}
      on:connect-success={(event) => event.detail.account.id.trim()}
    >
      Connect
    </connect-integration>
    <integration-list on:integration-deleted={(event) => event.detail.account.id.trim()} />
    <integration-catalog category="hris" />
    {/* @ts-expect-error: no such detail */}
    <connect-integration on:connect-exit={(event) => event.detail.why} />
    {/* @ts-expect-error: not a text */}
    <connect-integration account-id={7} />
    {/* @ts-expect-error: headers are an object or a function */}
    <connect-integration prop:headers="Bearer x" />
  </>
)
