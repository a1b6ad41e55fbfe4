/**
 * The shape of a value on the wire. `optional`: may be absent or `null`. `sentWhole`: the record itself may stand there,
 * although it has a list of its own.
 *
 * @typedef {{ optional?: boolean } & (
 *   | { is: 'string' | 'number' | 'boolean' | 'timestamp' | 'unknown' | 'record' }
 *   | { is: 'list', of: Shape }
 *   | { is: 'union', of: Shape[] }
 *   | { is: 'enum', values: string[] }
 *   | { is: 'object', fields: Record<string, Shape> }
 *   | { is: 'reference', to: string, sentWhole?: boolean }
 * )} Shape
 *
 * One list endpoint whose records can be mirrored, and the shapes its records are made of.
 *
 * @typedef {{ category: string, path: string, type: string, modifiedAfter: boolean, shapeOf: (name: string) => Shape }} Listing
 */

/** @type {Shape} */
export const string = { is: 'string' }
/** @type {Shape} */
export const number = { is: 'number' }
/** @type {Shape} */
export const boolean = { is: 'boolean' }
/** @type {Shape} */
export const timestamp = { is: 'timestamp' }
/** @type {Shape} */
export const unknown = { is: 'unknown' }
/** @type {Shape} */
export const record = { is: 'record' }

/** @returns {Shape} */
export const list = (of) => ({ is: 'list', of })
/** @returns {Shape} */
export const union = (of) => ({ is: 'union', of })
/** @returns {Shape} */
export const choice = (values) => ({ is: 'enum', values })
/** @returns {Shape} */
export const object = (fields) => ({ is: 'object', fields })
/** @returns {Shape} */
export const reference = (to) => ({ is: 'reference', to })
/** @returns {Shape} */
export const optional = (shape) => ({ ...shape, optional: true })
