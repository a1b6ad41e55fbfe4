import type {} from '@connect-integration/element/types/svelte'
import type { SvelteHTMLElements } from 'svelte/elements'

// What the compiler of a template checks its attributes against.
export const button: SvelteHTMLElements['connect-integration'] = {
  endpoint: '/api/integrations',
  'account-id': 'acc_1',
  class: 'wide',
  headers: async () => ({ authorization: 'Bearer x' }),
  'onconnect-success': (event) => event.detail.account.id.trim(),
  'on:connect-exit': (event) => event.detail.reason === 'cancelled',
}
export const list: SvelteHTMLElements['integration-list'] = {
  'onintegration-deleted': (event) => event.detail.account.id.trim(),
}
export const catalog: SvelteHTMLElements['integration-catalog'] = { category: 'hris' }
export const wrong: SvelteHTMLElements['connect-integration'] = {
  // @ts-expect-error: no such detail
  'onconnect-exit': (event) => event.detail.why,
  // @ts-expect-error: not a text
  'account-id': 7,
}
