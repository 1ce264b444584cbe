import { connect, type Transport } from '../api';
import type { Command } from '../api/bindings/Command';
import type { DeskCommand } from '../api/bindings/DeskCommand';
import type { EnrollmentView } from '../api/bindings/EnrollmentView';
import type { Failure } from '../api/bindings/Failure';
import type { FailureCode } from '../api/bindings/FailureCode';
import type { GuidanceView } from '../api/bindings/GuidanceView';
import type { Presentation } from '../api/bindings/Presentation';
import type { Snapshot } from '../api/bindings/Snapshot';
import type { Step } from '../api/bindings/Step';
import type { Presentations } from '../api/transport';
import { isFailure } from './failure';
import { newest } from './ordering';
import { placeOf } from './place';
import { neighbour } from './steps';

/** A command by its name; those of the desk by `desk/NAME`. */
export type CommandName = Exclude<Command['type'], 'desk'> | `desk/${DeskCommand['type']}`;

function nameOf(command: Command): CommandName {
  return command.type === 'desk' ? `desk/${command.command.type}` : command.type;
}

/** What the screens see of the session: its newest snapshot, what is under way, what went wrong last. */
class Session {
  snapshot = $state.raw<Snapshot | null>(null);
  /** What to do before the camera; null while nothing is guided. */
  guidance = $state.raw<GuidanceView | null>(null);
  /** Why the last command was refused; cleared by the next one. */
  failure = $state.raw<Failure | null>(null);
  /** True when the shell itself does not answer. */
  unreachable = $state(false);
  /** The file dialogue is open. */
  picking = $state(false);
  #busy = $state.raw<ReadonlySet<CommandName>>(new Set());
  #refused: Command | null = null;
  #presentations: Partial<Presentations> = {};
  #transport: Transport | null = null;

  get enrollment(): EnrollmentView | null {
    return this.snapshot?.enrollment ?? null;
  }

  get transport(): Transport {
    if (!this.#transport) throw new Error('the session is used before it is opened');
    return this.#transport;
  }

  async open(): Promise<void> {
    try {
      this.unreachable = false;
      this.#transport ??= await connect();
      // Listen first: what changes while the first answer is on its way must not be missed.
      await this.#transport.onSnapshot((incoming) => this.#take(incoming));
      await this.#transport.onGuidance((guidance) => (this.guidance = guidance));
      this.#presentations = await this.#transport.presentations();
      this.#take(await this.#transport.snapshot());
    } catch {
      this.unreachable = true;
    }
  }

  #take(incoming: Snapshot): void {
    const before = placeOf(this.snapshot);
    this.snapshot = newest(this.snapshot, incoming);
    if (before !== placeOf(this.snapshot)) this.failure = null;
  }

  running(name: CommandName): boolean {
    return this.#busy.has(name);
  }

  /** A command of the RAO desk. */
  desk(command: DeskCommand, options: { quiet?: boolean } = {}): Promise<boolean> {
    return this.dispatch({ type: 'desk', command }, options);
  }

  /** False when it was refused; the reason is then in `failure`, unless the snapshot tells it anyway. */
  async dispatch(command: Command, options: { quiet?: boolean } = {}): Promise<boolean> {
    const name = nameOf(command);
    this.#busy = new Set([...this.#busy, name]);
    if (!options.quiet) this.failure = null;
    try {
      await this.transport.dispatch(command);
      return true;
    } catch (reason) {
      if (!options.quiet) {
        this.failure = asFailure(reason);
        this.#refused = command;
      }
      return false;
    } finally {
      this.#busy = new Set([...this.#busy].filter((other) => other !== name));
    }
  }

  async repeat(): Promise<void> {
    const command = this.#refused;
    if (command) await this.dispatch(command);
  }

  dismiss(): void {
    this.failure = null;
  }

  goTo(step: Step): Promise<boolean> {
    return this.dispatch({ type: 'go_to', step });
  }

  async go(direction: -1 | 1): Promise<void> {
    const step = this.enrollment && neighbour(this.enrollment, direction);
    if (step) await this.goTo(step);
  }

  async pickVideo(): Promise<void> {
    if (this.picking) return;
    this.picking = true;
    this.failure = null;
    try {
      const path = await this.transport.pickVideo();
      if (path !== null) await this.dispatch({ type: 'import_video', path });
    } catch (reason) {
      this.failure = asFailure(reason);
    } finally {
      this.picking = false;
    }
  }

  async openLink(url: string): Promise<void> {
    try {
      await this.transport.openLink(url);
    } catch (reason) {
      this.failure = asFailure(reason);
    }
  }

  present(code: FailureCode, retryable: boolean): Presentation {
    return (
      this.#presentations[code] ?? { severity: 'error', action: retryable ? 'retry' : 'none' }
    );
  }
}

function asFailure(reason: unknown): Failure {
  if (isFailure(reason)) return reason;
  const detail = reason instanceof Error ? reason.message : String(reason);
  return { code: 'internal', detail, providerId: null, httpStatus: null, retryable: true };
}

export const session = new Session();
