/** The table of Merge's common models. */
export { MODEL_TABLE, type ModelRow } from '../merge/model-table.ts'
