import type { WorkflowInterceptors } from '@temporalio/workflow'

/**
 * Ten minutes become three seconds, everywhere they are asked for; that they are asked for is asserted on the history of
 * a workflow without this interceptor.
 */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      scheduleActivity(input, next) {
        if (input.options.scheduleToCloseTimeout !== '10 minutes') return next(input)
        return next({ ...input, options: { ...input.options, scheduleToCloseTimeout: '3 seconds' } })
      },
    },
  ],
})
