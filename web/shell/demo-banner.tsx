import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { settingsQuery } from '#web/client/settings.ts'
import { OutsideLink } from '#web/page/links.tsx'
import classes from './shell.module.css'

/** In demo mode: what this is, and where to look behind it. */
export function DemoBanner() {
  const { data } = useQuery(settingsQuery)
  if (!data?.demoMode) return null
  return (
    <Group component="aside" className={classes.demo ?? ''} gap="2px 16px" aria-label="About this demo">
      <Text fz="inherit">
        A demo: nothing is real<span className={classes.more}>, and anybody can be any user</span>.
      </Text>
      <OutsideLink href="/docs">API documentation</OutsideLink>
      {data.temporalUi && <OutsideLink href={data.temporalUi.url}>Temporal Web UI</OutsideLink>}
      <OutsideLink href={`${import.meta.env.BASE_URL}readme.txt`}>README</OutsideLink>
    </Group>
  )
}
