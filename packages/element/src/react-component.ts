import {
  createElement,
  type ForwardRefExoticComponent,
  forwardRef,
  type HTMLAttributes,
  type RefAttributes,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import type { CallbacksOf, ElementName, ElementOf, PropertiesOf } from './element-types.ts'
import { elementTable } from './generated/element-table.ts'

/**
 * Attributes and properties of the element under their JavaScript names
 * (`accountId`), its events as callbacks (`onSuccess`), and what every HTML
 * element takes. A callback is told the event's detail, then the event.
 */
export type ElementProps<Name extends ElementName> = Own<Name> & Omit<HTMLAttributes<ElementOf<Name>>, keyof Own<Name>>

/** Takes a `ref` to the element itself, for its methods. */
export type ElementComponent<Name extends ElementName> = ForwardRefExoticComponent<ElementProps<Name> & RefAttributes<ElementOf<Name>>>

type Own<Name extends ElementName> = PropertiesOf<Name> & CallbacksOf<Name>

/**
 * The same in React 18, which knows attributes only, and in React 19. Rendered on
 * a server it is the tag with its attributes; functions and objects follow when
 * the page hydrates. Callbacks may be new functions on every render, and are
 * still told what comes after the component has gone: a connection that was
 * confirmed late, the exit of a modal that went with it.
 */
export function createComponent<Name extends ElementName>(name: Name): ElementComponent<Name> {
  const { attributes, properties, events }: Row = elementTable[name]
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each tag, while the module loads
  const Component = forwardRef<HTMLElement, Props>((props, ref) => {
    const element = useRef<HTMLElement>(null)
    const latest = useRef<Props>({})
    // One for the life of the element, which takes the same listener once only.
    const [listener] = useState(() => (event: Event) => {
      for (const [callback, type] of Object.entries(events))
        if (type === event.type) (latest.current[callback] as Callback | undefined)?.((event as CustomEvent).detail, event)
    })
    useImperativeHandle(ref, () => element.current as HTMLElement, [])
    useCommitEffect(() => {
      for (const type of Object.values(events)) element.current?.addEventListener(type, listener)
    }, [listener])
    useCommitEffect(() => {
      // What was set through the ref stays, unless a prop of that name comes or goes.
      for (const property of properties)
        if (props[property] !== latest.current[property]) Object.assign(element.current ?? {}, { [property]: props[property] })
      latest.current = props
    })
    // The element has its state in an attribute, maybe before the page hydrates.
    return createElement(name, { suppressHydrationWarning: true, ...forHtml(props), ref: element })
  })
  Component.displayName = name
  return Component as unknown as ElementComponent<Name>

  function forHtml({ className, ...props }: Props): Props {
    const html: Props = { class: className }
    for (const [prop, value] of Object.entries(props)) {
      if (properties.includes(prop) || prop in events) continue
      // React 18 writes `false` out, and an attribute that is there is true.
      html[attributes[prop] ?? prop] = prop in attributes && value === false ? undefined : value
    }
    return html
  }
}

interface Row {
  attributes: Record<string, string>
  properties: readonly string[]
  events: Record<string, string>
}
type Props = Record<string, unknown>
type Callback = (detail: unknown, event: Event) => void

/** Before the element has had its first turn. React 18 warns of a layout effect on a server, where neither would run. */
const useCommitEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect
