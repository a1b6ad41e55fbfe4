import type {} from '@connect-integration/element/types/vue'
import type { GlobalComponents } from 'vue'

// What the checker of a template reads.
type Button = InstanceType<GlobalComponents['connect-integration']>
type Emitted = Button['$emit']

export const button: Button['$props'] = {
  endpoint: '/api/integrations',
  accountId: 'acc_1',
  class: 'wide',
  headers: async () => ({ authorization: 'Bearer x' }),
}
export const open = (element: Button) => element.open()
export const emit = (emitted: Emitted, event: HTMLElementEventMap['connect-success']) => emitted('connect-success', event)
export const catalog: InstanceType<GlobalComponents['integration-catalog']>['$props'] = { category: 'hris' }
export const wrong: Button['$props'] = {
  // @ts-expect-error: not a text
  accountId: 7,
}
// @ts-expect-error: of another element
export const elsewhere = (emitted: Emitted, event: HTMLElementEventMap['integration-deleted']) => emitted('integration-deleted', event)
