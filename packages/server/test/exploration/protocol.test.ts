import { breaks, CHANGES, DATA, holds, PROVE } from './table.ts'
import {
  CHECKPOINT_FIRST,
  LOW_AT_THE_END,
  NEITHER,
  NO_FENCE,
  NO_GUARD,
  NO_OVERLAP,
  ORDERED,
  ORDERED_NO_GUARD,
  ORDERED_UNFENCED,
  ORDERED_UNFENCED_NO_GUARD,
  pageByPage,
  RESUMES_WITH_NEW_BOUNDS,
} from './variants.ts'

// Which part of the protocol carries what: one is taken out at a time. Only DATA is asked where there is no fence.
const bounds = PROVE ? {} : { source: { changes: CHANGES.slice(1) } }

holds('one step, fence, no guard', { rules: pageByPage(NO_GUARD), ...bounds })
holds('one step, guard, no fence, no deletion of the account', {
  rules: pageByPage(NO_FENCE),
  purge: false,
  properties: DATA,
  ...bounds,
})
breaks('one step, guard, no fence', 'purge', { rules: NO_FENCE, properties: DATA })
breaks('one step, guard, no fence: the walk’s place', 'place', { rules: NO_FENCE, purge: false })
breaks('one step, no fence, no guard', 'order', { rules: NEITHER, purge: false, properties: DATA })

holds('two steps, each under the fence', { rules: pageByPage(ORDERED), ...bounds })
holds('two steps, each under the fence, no guard', { rules: pageByPage(ORDERED_NO_GUARD), ...bounds })
holds('two steps, guard, records without the fence, no deletion of the account', {
  rules: pageByPage(ORDERED_UNFENCED),
  purge: false,
  ...bounds,
})
breaks('two steps, guard, records without the fence', 'purge', { rules: ORDERED_UNFENCED })
breaks('two steps, no guard, records without the fence', 'order', { rules: ORDERED_UNFENCED_NO_GUARD, purge: false })
breaks('two steps, the checkpoint first', 'gap', { rules: CHECKPOINT_FIRST, purge: false })

breaks('the watermark is taken at the end of the walk', 'gap', { rules: LOW_AT_THE_END, purge: false })
breaks('a resumed walk gets new bounds', 'gap', { rules: RESUMES_WITH_NEW_BOUNDS, purge: false })
breaks('two walks do not overlap', 'gap', { rules: NO_OVERLAP, purge: false })
