import type { Category } from './category.ts'
import { hris } from './hris/index.ts'

/** The categories that have data. */
export const categories: readonly Category[] = [hris]
