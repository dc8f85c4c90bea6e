import { renderToString } from 'ink';
import { toDecimal } from '../../../../functions/contract/order.ts';
import { isTerminal } from '../../../../functions/contract/workflow.ts';
import type { OrderDetail } from '../../../orders/console/order-detail.ts';
import type { ConsoleOrder } from '../../../orders/console/snapshot.ts';
import { type LiveOrder, type OrderFormat, orderFrame } from '../../../views/live-order.tsx';
import { minOrderRows } from '../../../views/order-view.tsx';
import { formatMoney } from '../../../workflow/money.ts';
import { statusStyle } from '../../../workflow/status-style.ts';
import { formatDuration } from '../../terminal/format-time.ts';
import { applyStyle, printableTexts } from '../../terminal/output-guard.ts';
import { wrap } from '../../terminal/wrap.ts';
import { withoutCurrentState } from '../../watch/watched-order.ts';
import type { PaneInput } from '../types.ts';
import { formatNextActions } from './next-actions.ts';
import { formatClock, formatFacts } from './order-facts.ts';
import { formatAttempts, formatTransitions } from './order-tables.ts';
import { clipStyled, formatMissing, joinBlocks } from './pane-lines.ts';

/** Draws the opened order: its state and the reason for it first, then its workflow, its attempts and its transitions. */
export function orderPane(input: PaneInput): readonly string[] {
  const { columns, rows } = input;
  const detail = input.detail && toPrintable(input.detail);
  if (!detail) return formatMissing('the order', undefined, input);
  const listed = input.snapshot.orders.find(({ orderId }) => orderId === detail.orderId);
  const { view, problems } = detail;
  if (!view) {
    return [
      ...(listed ? formatListed(printableTexts(listed), input) : [detail.orderId]),
      ...formatMissing('the order', problems.order, input),
    ].map((line) => clipStyled(line, columns));
  }
  const shown = toLiveOrder(detail, input);
  const format = toOrderFormat(input);
  const [heading = '', ...workflow] = drawOrder(shown, format, input);
  const status = workflow.pop() ?? '';
  const gap = problems.order ?? input.snapshot.gapReason;
  const outdated = gap === undefined ? [] : formatMissing('a newer state', gap, input);
  return joinBlocks(
    [
      [heading, status, ...outdated],
      [
        ...formatFacts(detail, { input, shown, format }),
        ...formatNextActions(detail, { input, listed }),
      ],
      workflow,
      formatAttempts(detail, input),
      formatTransitions(view.order, input),
    ],
    rows,
  ).map((line) => clipStyled(line, columns));
}

/** Returns the detail with printable texts. Its events and log lines, of which there may be thousands, are not copied. */
const toPrintable = (detail: OrderDetail): OrderDetail => ({
  ...detail,
  view: printableTexts(detail.view),
  activity: printableTexts(detail.activity),
});

/** Returns what the list knows about an order that is being read. */
function formatListed(order: ConsoleOrder, { columns, stream }: PaneInput): string[] {
  const { orderId, customerId, total, status } = order;
  return [
    ...wrap([orderId, customerId, formatMoney(toDecimal(total))], {
      width: columns,
      indent: 0,
      separator: ' · ',
    }),
    applyStyle(statusStyle(status), status, stream),
  ];
}

function toOrderFormat({ timeScale, now }: PaneInput): OrderFormat {
  return {
    // The header of the screen shows it.
    target: '',
    timeScale,
    format: formatDuration,
    clock: (at) => formatClock(new Date(at).toISOString(), now).replace(/\.\d$/, ''),
  };
}

function toLiveOrder(detail: OrderDetail, { now }: PaneInput): LiveOrder {
  const { orderId, view, activity } = detail;
  const { status = 'received', order, execution } = view ?? {};
  const openPause = activity?.pauses?.findLast(({ to }) => to === undefined);
  const isPaused = execution?.status === 'PAUSED';
  const ts = execution?.pause?.requestedAt ?? openPause?.from ?? new Date(now).toISOString();
  const reason = execution?.pause?.reason ?? openPause?.reason;
  const isOpen = !isTerminal(status) && execution !== undefined;
  return {
    orderId,
    status,
    order,
    // The history may have been read before the order ended.
    work: activity && isTerminal(status) ? withoutCurrentState(activity) : activity,
    ...(isPaused ? { pause: { ts, ...(reason ? { reason } : {}) } } : {}),
    ...(isOpen && !isPaused && execution.status !== 'RUNNING'
      ? { executionStatus: execution.status }
      : {}),
  };
}

/** Returns the view of the order as lines: its heading, its phases and its status. What else it has to say are facts of the pane. */
function drawOrder(shown: LiveOrder, format: OrderFormat, { columns, now }: PaneInput): string[] {
  const size = { columns, rows: minOrderRows };
  const frame = orderFrame(shown, format, { ...size, now, since: now, keys: '' });
  return renderToString(frame, { columns }).split('\n');
}
