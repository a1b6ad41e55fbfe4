// For templates: `:account-id`, `:headers.prop`, `@connect-success`. Vue has to be told which tags are not its own, with `isCustomElement`.
import type { EmitFn, HTMLAttributes, PublicProps } from 'vue'
import type { ElementName, ElementOf, EventOf, EventsOf, PropertiesOf } from '../element-types.ts'

/** Vue reads what a template may write from `$props` and `$emit`; the element itself has neither. */
type Tag<Name extends ElementName> = new () => ElementOf<Name> & {
  $props: Omit<HTMLAttributes, keyof PropertiesOf<Name>> & PropertiesOf<Name> & PublicProps
  $emit: EmitFn<{ [Event in EventsOf<Name>]: (event: EventOf<Event>) => void }>
}
type Tags = { [Name in ElementName]: Tag<Name> }

declare module 'vue' {
  interface GlobalComponents extends Tags {}
}
