import type { ReasonCode } from '../api/bindings/ReasonCode';
import type { ReasonText } from './reasons.en';

const today = (value: string) => `hoy es ${value}`;
const needed = (value: string) => `se piden ${value}`;
const most = (value: string) => `${value} como máximo`;
const frames = (value: string) => `fotogramas: ${value}`;
const atSecond = (value: string) => `a los ${value} s`;

export const reasons: Record<ReasonCode, ReasonText> = {
  expiry_date: { holds: 'El documento está vigente', fails: 'El documento está caducado', open: 'No se puede saber si está vigente', measured: (v) => `hasta ${v}`, expected: today },
  age: { holds: 'El titular es mayor de edad', fails: 'El titular es menor de edad', open: 'No se puede saber la edad del titular', measured: (v) => `${v} años`, expected: needed },
  clock_checked: { holds: 'Se comparó el reloj de este puesto', fails: 'El reloj de este puesto va mal', open: 'Se comparó el reloj de este puesto', measured: (v) => `${v} s de diferencia`, expected: (v) => `${v} s como máximo` },
  clock_unchecked: { holds: 'No se comparó el reloj de este puesto', fails: 'No se comparó el reloj de este puesto', open: 'No se comparó el reloj de este puesto' },
  check_digits: { holds: 'Todos los dígitos de control cuadran', fails: 'Hay dígitos de control que no cuadran', open: 'Dígitos de control que cuadran', both: (measured, expected) => `${measured} de ${expected}` },
  zone_sure: { holds: 'La zona se leyó sin dudas', fails: 'Hay letras dudosas en la zona', open: 'Seguridad de la lectura de la zona' },
  zone_well_formed: { holds: 'Los códigos y fechas de la zona existen', fails: 'La zona tiene códigos o fechas que no existen', open: 'Forma de la zona' },
  no_zone: { holds: 'No se leyó ninguna zona de lectura mecánica', fails: 'No se leyó ninguna zona de lectura mecánica', open: 'No se leyó ninguna zona de lectura mecánica' },
  zones_agree: { holds: 'Las zonas de ambas caras dicen lo mismo', fails: 'Las zonas de ambas caras se contradicen', open: 'No se pudieron comparar las zonas de ambas caras' },
  name_as_requested: { holds: 'El nombre es el de la solicitud', fails: 'El nombre no es el de la solicitud', open: 'No se pudo comparar el nombre con la solicitud' },
  number_as_requested: { holds: 'El número es el de la solicitud', fails: 'El número no es el de la solicitud', open: 'No se pudo comparar el número con la solicitud' },
  kind_as_requested: { holds: 'El tipo de documento es el de la solicitud', fails: 'El tipo de documento no es el de la solicitud', open: 'No se pudo comparar el tipo con la solicitud' },
  country_as_requested: { holds: 'El país expedidor es el de la solicitud', fails: 'El país expedidor no es el de la solicitud', open: 'No se pudo comparar el país con la solicitud' },
  name_printed: { holds: 'Anverso y zona dicen el mismo nombre', fails: 'Anverso y zona dicen nombres distintos', open: 'No se pudo comparar el nombre del anverso con la zona' },
  number_printed: { holds: 'Anverso y zona dicen el mismo número', fails: 'Anverso y zona dicen números distintos', open: 'No se pudo comparar el número del anverso con la zona' },
  dates_printed: { holds: 'Anverso y zona dicen las mismas fechas', fails: 'Anverso y zona dicen fechas distintas', open: 'No se pudieron comparar las fechas del anverso con la zona' },
  number_rule: { holds: 'El número cumple su propia regla', fails: 'El número no cumple su propia regla', open: 'No se puede saber si el número cumple su propia regla' },
  edited_by_hand: { holds: 'Se cambió un valor a mano', fails: 'Se cambió un valor a mano', open: 'Se cambió un valor a mano' },
  date_by_hand: { holds: 'La fecha se escribió o eligió a mano', fails: 'La fecha se escribió o eligió a mano', open: 'La fecha se escribió o eligió a mano' },
  looked_ahead: { holds: 'Miró al frente', fails: 'No miró al frente', open: 'No se midió si miraba al frente', measured: atSecond },
  turned_left: { holds: 'Giró la cabeza a la izquierda', fails: 'No giró la cabeza a la izquierda', open: 'No se midió el giro a la izquierda', measured: atSecond },
  turned_right: { holds: 'Giró la cabeza a la derecha', fails: 'No giró la cabeza a la derecha', open: 'No se midió el giro a la derecha', measured: atSecond },
  same_person: { holds: 'La misma cara todo el tiempo', fails: 'La cara cambia en el vídeo', open: 'Si la cara es siempre la misma', measured: (v) => `distancia ${v}`, expected: most },
  face_throughout: { holds: 'Siempre hay una cara', fails: 'Falta la cara durante un rato', open: 'Si siempre hay una cara', measured: (v) => `${v} s sin ella`, expected: (v) => `${v} s como máximo` },
  one_face_only: { holds: 'Una sola cara', fails: 'Aparece una segunda cara', open: 'Si hay una sola cara', measured: frames, expected: most },
  face_as_pictured: { holds: 'La persona del vídeo es la de las fotos', fails: 'La persona del vídeo no es la de las fotos', open: 'Si la persona del vídeo es la de las fotos', measured: (v) => `parecido ${v}`, expected: needed },
  identical_frames: { holds: 'Ningún fotograma se repite', fails: 'Hay fotogramas iguales hasta el último píxel', open: 'Hay fotogramas iguales hasta el último píxel', measured: frames, expected: most },
  frame_timing: { holds: 'Los fotogramas llegan como de una cámara', fails: 'Los fotogramas llegan a tiempos que ninguna cámara da', open: 'Los fotogramas llegan a tiempos que ninguna cámara da' },
  virtual_camera: { holds: 'La cámara es real', fails: 'Las imágenes vienen de una cámara virtual', open: 'Las imágenes vienen de una cámara virtual' },
  camera_changed: { holds: 'Una sola cámara todo el tiempo', fails: 'Se abrió otra cámara a medias', open: 'Se abrió otra cámara a medias' },
  picked_file: { holds: 'El vídeo se grabó aquí', fails: 'El vídeo se eligió de un archivo', open: 'El vídeo se eligió de un archivo' },
  colour: { holds: 'La foto tiene los colores de un original', fails: 'La foto apenas tiene color', open: 'Color de la foto', expected: needed },
  screen_pattern: { holds: 'Sin trama de pantalla ni de impresora', fails: 'Hay una trama como de pantalla o impresora', open: 'Trama como de pantalla o impresora', expected: most },
  code_returned: { holds: 'Volvió un código de un solo uso', fails: 'El código de un solo uso no volvió', open: 'Se envió un código de un solo uso' },
  code_tries: { holds: 'Intentos con el código', fails: 'Intentos con el código', open: 'Intentos con el código' },
};
