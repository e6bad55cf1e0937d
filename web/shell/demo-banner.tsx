import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { meQuery } from '#web/client/session.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { OutsideLink } from '#web/page/links.tsx'
import classes from './shell.module.css'

/** In demo mode: what this is, and where to look behind it. */
export function DemoBanner() {
  const { data } = useQuery(settingsQuery)
  const isDemo = data?.demoMode === true
  const me = useQuery({ ...meQuery, enabled: isDemo })
  if (!isDemo) return null
  const webUi = me.data?.temporalUi
  return (
    <Group component="aside" className={classes.demo ?? ''} gap="2px 16px" aria-label="About this demo">
      <Text fz="inherit">
        A demo: nothing is real<span className={classes.more}>, and anybody can be any user</span>.
      </Text>
      <OutsideLink href="/docs">API documentation</OutsideLink>
      {webUi && <OutsideLink href={webUi.url}>Temporal Web UI</OutsideLink>}
      <OutsideLink href={`${import.meta.env.BASE_URL}readme.txt`}>README</OutsideLink>
    </Group>
  )
}
