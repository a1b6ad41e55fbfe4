import { ErrorCode, IntegrationError } from '../errors.ts'

/** True when Merge answered with one of these. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return (
    IntegrationError.isInstance(error) &&
    error.code === ErrorCode.UPSTREAM_REJECTED &&
    error.status !== undefined &&
    statuses.includes(error.status)
  )
}
