import type { IndexEvent, IndexEventMap } from '@cairn/protocol'
import { EventEmitter } from 'eventemitter3'
import type { HostGuard } from './host-guard.ts'

type Listener = (event: IndexEvent) => unknown

/** An emitter of events whose listeners cannot disturb each other or the one that emits. */
export class EventChannel extends EventEmitter<IndexEventMap> {
  readonly #guard: HostGuard
  readonly #guarded = new WeakMap<Listener, Listener>()
  readonly #guards = new WeakSet<Listener>()

  constructor(guard: HostGuard) {
    super()
    this.#guard = guard
  }

  /** Gives an event to the listeners of its type and to those of `event`. */
  publish(event: IndexEvent): void {
    // The map pairs each type with its own event, which a union of types cannot show.
    const emit = this.emit as (channel: string, event: IndexEvent) => boolean
    emit.call(this, event.type, event)
    emit.call(this, 'event', event)
  }

  override on(
    ...[channel, listener, context]: Parameters<EventEmitter<IndexEventMap>['on']>
  ): this {
    return super.on(channel, this.#wrap(listener), context)
  }

  override once(
    ...[channel, listener, context]: Parameters<EventEmitter<IndexEventMap>['once']>
  ): this {
    return super.once(channel, this.#wrap(listener), context)
  }

  override addListener(...parameters: Parameters<EventEmitter<IndexEventMap>['on']>): this {
    return this.on(...parameters)
  }

  override off(
    ...[channel, listener, context, once]: Parameters<EventEmitter<IndexEventMap>['off']>
  ): this {
    return super.off(channel, listener && this.#wrap(listener), context, once)
  }

  override removeListener(...parameters: Parameters<EventEmitter<IndexEventMap>['off']>): this {
    return this.off(...parameters)
  }

  #wrap(listener: Listener): Listener {
    // The emitter itself takes a once-listener off by what it stored: that is guarded already.
    const known = this.#guards.has(listener) ? listener : this.#guarded.get(listener)
    if (known) return known
    const guard = this.#guard
    const guarded: Listener = function (this: unknown, event) {
      guard.call(`A listener of ${event.type}`, () => listener.call(this, event), listener)
    }
    this.#guarded.set(listener, guarded)
    this.#guards.add(guarded)
    return guarded
  }
}
