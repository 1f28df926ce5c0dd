// The registration of a server: setup, heartbeats, register anew, drain. One policy, one proxy.
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, messages, within, write } from './wire.mjs'

const ANSWER_MS = 5000, DRAIN_MS = 5000

/** Any Error of the proxy ends the session; what follows is a new lease, or another proxy. */
function checked(message) {
  if (message === undefined) throw new Error('the proxy ended the session')
  if ('Error' in message) throw Object.assign(new Error(`${message.Error} (${message.code})`), { forGood: message.retryable === false })
  return message
}

export class Registration {
  lease // the current one
  stopping = false
  #wake = () => {}

  /** @param answered resolves when no message is in hand */
  constructor(options, port, answered) {
    Object.assign(this, { options, port, answered })
  }

  stop() {
    this.stopping = true
    this.#wake()
  }

  /** Waits for the time, or until something has happened. */
  #nap(ms) {
    return Promise.race([sleep(ms), new Promise((resolve) => { this.#wake = resolve })])
  }

  /** Returns when the server has left in order. If the session ends before that, it registers anew after a pause. */
  async keep() {
    for (let failures = 0; !this.stopping;) {
      let began = Date.now(), longest = 2000
      try {
        return await this.#session()
      } catch (error) {
        console.error(`not registered: ${error.message}`)
        if (error.forGood && this.lease === undefined) longest = 30_000 // a setup that a person has to correct
      }
      this.lease = undefined
      failures = Date.now() - began > 5000 ? 1 : failures + 1
      const pause = Math.min(50 * 2 ** failures, longest) * (0.5 + Math.random() / 2) // half is random: others come back as well
      if (!this.stopping) await this.#nap(pause)
    }
  }

  async #session() {
    const socket = await connect(this.options, ANSWER_MS)
    try {
      const incoming = messages(socket)
      const accepted = checked(await this.#setUp(socket, incoming))
      this.lease = accepted.lease
      console.log(`registered ${this.options.policy} as server ${this.options.id}`)
      await this.#live(socket, incoming, accepted)
    } finally {
      socket.destroy()
    }
  }

  async #setUp(socket, incoming) {
    const { id, policy, token, cert } = this.options
    const setup = { type: 1, proto: 2, id, privPolyId: policy, listenport: this.port, mux: true, maxInFlight: 256, tls: !!cert, token }
    for (;;) {
      write(socket, setup)
      const answer = (await within(ANSWER_MS, incoming.next(), 'no answer in time')).value
      if (answer?.code !== 'ID_TAKEN' || this.stopping) return answer
      await this.#nap(500 + Math.random() * 500) // a live server has our id; we get the place when its lease is lost
    }
  }

  /** Sends heartbeats until the lease is lost (throws) or the server has left (returns). */
  async #live(socket, incoming, { lease, heartbeatMs, ttlMs }) {
    let drained = false, ended = false, leaveAt = Infinity
    /** Ends when the server is deregistered. The proxy answers each heartbeat, so silence means a lost lease. */
    const hear = async () => {
      for (let message = {}; !('Status' in message);) {
        message = checked((await within(ttlMs, incoming.next(), 'the proxy does not answer heartbeats')).value)
        drained ||= message.type === 4 && message.inFlight === 0
        if (drained) this.#wake()
      }
    }
    const ear = hear().finally(() => this.#wake((ended = true)))
    ear.catch(() => {}) // it is awaited below
    while (!ended && !drained && Date.now() < leaveAt) {
      write(socket, { type: 3, lease })
      await this.#nap(heartbeatMs)
      if (this.stopping && leaveAt === Infinity) {
        leaveAt = Date.now() + DRAIN_MS
        write(socket, { type: 4, lease }) // ask for no new messages; finish those we have
      }
    }
    if (drained) await this.answered()
    if (!ended) write(socket, { type: 5, lease })
    await within(ANSWER_MS, ear, 'no answer to the deregister') // throws what it has thrown
  }
}
