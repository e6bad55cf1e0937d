import { IconHorse } from '@tabler/icons-react'
import classes from './product-picture.module.css'

/**
 * The picture of a product; decorative, since its name stands beside it. Nothing is loaded from other hosts, so a picture
 * that is kept on one is not shown.
 */
export function ProductPicture({ image, size }: { image: string | null; size?: number }) {
  const style = size === undefined ? undefined : { width: size, height: size }
  return (
    <div className={size === undefined ? classes.wide : classes.thumb} style={style}>
      {image?.startsWith('/') ? (
        <img src={image} alt="" loading="lazy" />
      ) : (
        <IconHorse size={size ? 20 : 64} aria-hidden />
      )}
    </div>
  )
}
