// Svelte 5 takes the events as `onconnect-success`, its older syntax as `on:connect-success`.
import type { HTMLAttributes } from 'svelte/elements'
import type { AttributesOf, ElementName, ElementOf, ListenersOf, ObjectsOf } from '../element-types.ts'

type Own<Name extends ElementName> = AttributesOf<Name> & ObjectsOf<Name> & ListenersOf<Name, 'on'> & ListenersOf<Name, 'on:'>
type Tags = { [Name in ElementName]: Omit<HTMLAttributes<ElementOf<Name>>, keyof Own<Name>> & Own<Name> }

declare module 'svelte/elements' {
  interface SvelteHTMLElements extends Tags {}
}
