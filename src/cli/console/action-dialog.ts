/** The questions before an action: the text that it needs, and the confirmation of a change. Pure. */
import {
  addMessage,
  type ConsoleState,
  type ConsoleView,
  type PendingAction,
  type Step,
  selectedId,
} from './console-state.ts';
import type { ConsoleAction } from './types.ts';

/**
 * Starts an action on the marked orders, or on the selected one. Orders to which it does not apply are named with the reason. `input` is
 * the text that the action needs, if the user has already typed it.
 */
export function startAction(
  state: ConsoleState,
  action: ConsoleAction,
  { view, input }: { readonly view: ConsoleView; readonly input?: string },
): Step {
  const { now } = view;
  if (state.running !== undefined) {
    const text = `${state.running} is still running`;
    return { state: addMessage(state, 'note', { text, now }) };
  }
  const selected = selectedId(state, view);
  const ids = state.marked.size > 0 ? [...state.marked] : selected === undefined ? [] : [selected];
  const orders = ids.flatMap((orderId) => view.find(orderId) ?? []);
  const refused = orders.flatMap((order) => {
    const reason = action.refusal(order);
    return reason === undefined ? [] : [{ orderId: order.orderId, reason }];
  });
  const applicable = orders.filter((order) => action.refusal(order) === undefined);
  if (applicable.length === 0) {
    const [first] = refused;
    const others = refused.length > 1 ? `, and ${refused.length - 1} more` : '';
    const text = first ? `${first.orderId} ${first.reason}${others}` : 'no order is selected';
    return { state: addMessage(state, 'failed', { text: `${action.name}: ${text}`, now }) };
  }
  const pending: PendingAction = { action, orders: applicable, refused, input };
  const step: Step =
    action.input && input === undefined
      ? { state: { ...state, prompt: { kind: 'input', text: '', pending } } }
      : confirm(state, pending, view);
  return action.plan ? { ...step, effect: { type: 'plan', pending } } : step;
}

/** Adds what exactly an action would do to its question, if the question is still open. */
export function addPlan(
  state: ConsoleState,
  { orders }: PendingAction,
  plan: readonly string[],
): ConsoleState {
  const { prompt } = state;
  if (!prompt || !('pending' in prompt) || prompt.pending.orders !== orders) return state;
  return { ...state, prompt: { ...prompt, pending: { ...prompt.pending, plan } } };
}

/** Whether the action cannot be confirmed yet, because what it would do is still being read. */
const isPlanning = ({ action, plan }: PendingAction) =>
  action.plan !== undefined && plan === undefined;

/** Continues with the text that the action needs. */
export function answerInput(
  state: ConsoleState,
  pending: PendingAction,
  { text, view }: { readonly text: string; readonly view: ConsoleView },
): Step {
  const { action } = pending;
  const input = text.trim();
  if (input === '' && action.input?.isRequired) {
    const note = `${action.name}: ${action.input.label} is required; esc leaves`;
    return { state: addMessage(state, 'note', { text: note, now: view.now }) };
  }
  return confirm(state, { ...pending, input: input === '' ? undefined : input }, view);
}

/** Asks for the confirmation of a change; a protected environment requires its name. Other actions run at once. */
function confirm(state: ConsoleState, pending: PendingAction, view: ConsoleView): Step {
  if (!pending.action.isChange) return runAction(state, pending, view);
  const kind = view.environment.protected ? 'name' : 'confirm';
  return { state: { ...state, prompt: { kind, text: '', pending } } };
}

/** Continues if the user has typed the name of the protected environment. */
export function answerName(
  state: ConsoleState,
  pending: PendingAction,
  { text, view }: { readonly text: string; readonly view: ConsoleView },
): Step {
  if (isPlanning(pending)) return { state };
  if (text.trim() === view.environment.name) return runAction(state, pending, view);
  return declineAction(state, { why: 'the name does not match', now: view.now });
}

/** Closes the question without a change. */
export function declineAction(
  state: ConsoleState,
  { why, now }: { readonly why?: string; readonly now: number },
): Step {
  const text = why ? `${why}; nothing was changed` : 'nothing was changed';
  return { state: addMessage({ ...state, prompt: undefined }, 'note', { text, now }) };
}

/** Continues if the user has agreed. */
export function answerYes(state: ConsoleState, pending: PendingAction, view: ConsoleView): Step {
  return isPlanning(pending) ? { state } : runAction(state, pending, view);
}

/** Runs the action, and reports the orders that are left out. */
function runAction(state: ConsoleState, pending: PendingAction, { now }: ConsoleView): Step {
  const { action, orders, refused, input } = pending;
  let next: ConsoleState = { ...state, prompt: undefined, running: action.name };
  for (const { orderId, reason } of refused)
    next = addMessage(next, 'note', { text: `${action.name}: ${orderId} ${reason}`, now });
  return { state: next, effect: { type: 'run', action, orders, input } };
}
