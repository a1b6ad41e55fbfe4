/** ISO 8601 in UTC with microseconds, as Merge sends it: `2024-05-01T09:30:00.123456Z`. A `Date` would cut off the last three digits. */
export type Timestamp = string
