import type { TemporalTarget } from '#config/connections.ts'
import { SCHEDULES, type Schedule } from '#worker/schedules.ts'
import { TASK_QUEUE } from '#workflows/contract.ts'

/** What an operator with the rights to do it has to run for our schedules. */
export function scheduleCommands({ address, namespace }: TemporalTarget): string {
  return SCHEDULES.map(
    ({ id, workflowType, when, catchUpMs }) =>
      `  temporal schedule create --address ${address} --namespace ${namespace} --schedule-id ${id} --workflow-id ${id} ` +
      `--type ${workflowType} --task-queue ${TASK_QUEUE} --overlap-policy Skip --catchup-window ${seconds(catchUpMs)} ` +
      timesOf(when),
  ).join('\n')
}

function timesOf(when: Schedule['when']): string {
  if ('everyMs' in when) return `--interval ${seconds(when.everyMs)}`
  return `--calendar '${JSON.stringify({ hour: when.utcHours.join(','), minute: String(when.minute) })}'`
}

function seconds(ms: number): string {
  return `${ms / 1000}s`
}
