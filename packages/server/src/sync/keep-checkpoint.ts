import type { ModelRow } from '../merge/model-table.ts'
import type { Committed } from '../storage/port.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { SyncContext } from './context.ts'
import type { Look } from './look.ts'

/** Writes a checkpoint that goes with no record. `'fenced'`: another worker has the account, nothing was written. */
export function keepCheckpoint(
  { storage }: SyncContext,
  { claim }: Pick<Look, 'claim'>,
  row: Pick<ModelRow, 'model'>,
  state: Checkpoint,
): Promise<Committed | 'fenced' | 'held'> {
  const { account, fence } = claim
  return storage.commit({ accountId: account.id, fence, model: row.model, records: [], checkpoint: JSON.stringify(state) })
}
