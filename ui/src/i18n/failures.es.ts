import type { FailureCode } from '../api/bindings/FailureCode';
import type { FailureText } from './en';

export const failures: Record<FailureCode, FailureText> = {
  no_camera: {
    title: 'No hay cámara',
    why: 'Este equipo no ve ninguna cámara que dé imagen.',
    now: 'Conecte una y vuelva a buscar.',
  },
  camera_busy: {
    title: 'La cámara está en uso',
    why: 'La tiene otro programa.',
    now: 'Cierre ese programa y encienda la cámara.',
  },
  camera_permission: {
    title: 'La cámara no está permitida',
    why: 'El sistema niega la cámara a este programa.',
    now: 'Permítala en los ajustes de privacidad y vuelva a buscar.',
  },
  camera_disconnected: {
    title: 'La cámara está desconectada',
    why: 'Ha dejado de responder, como cuando se suelta el cable.',
    now: 'Conéctela de nuevo y enciéndala.',
  },
  camera_stalled: {
    title: 'La imagen está parada',
    why: 'La cámara está conectada pero no envía imágenes nuevas.',
    now: 'Enciéndala de nuevo. Si no basta, desconéctela un momento.',
  },
  camera_format: {
    title: 'Esta cámara no sirve',
    why: 'No ofrece ningún formato de imagen utilizable.',
    now: 'Elija otra cámara.',
  },
  camera_process: {
    title: 'El servicio de cámara se ha parado',
    why: 'La parte del programa que lee la cámara ha terminado de repente.',
    now: 'Encienda la cámara de nuevo.',
  },
  capture_damaged: {
    title: 'La foto ha llegado dañada',
    why: 'La cámara ha enviado solo una parte.',
    now: 'Haga otra foto.',
  },
  picture_empty: {
    title: 'La foto está vacía',
    why: 'La cámara no ha enviado nada.',
    now: 'Haga otra foto.',
  },
  picture_unreadable: {
    title: 'La foto no se puede leer',
    why: 'Lo que ha enviado la cámara no es un JPEG completo.',
    now: 'Haga otra foto.',
  },
  video_empty: {
    title: 'El archivo está vacío',
    why: 'No tiene contenido, quizá por una copia interrumpida.',
    now: 'Elija otro archivo.',
  },
  video_not_mp4: {
    title: 'El archivo no es MP4',
    why: 'La autoridad solo admite vídeo MP4.',
    now: 'Elija un archivo MP4.',
  },
  video_too_large: {
    title: 'El vídeo es demasiado grande',
    why: 'Supera el tamaño que permiten los ajustes.',
    now: 'Elija uno más pequeño o grabe aquí.',
  },
  video_too_long: {
    title: 'El vídeo es demasiado largo',
    why: 'Supera la duración que permiten los ajustes.',
    now: 'Elija uno más corto o grabe aquí.',
  },
  video_too_short: {
    title: 'El vídeo es demasiado corto',
    why: 'No llega a la duración que piden los ajustes.',
    now: 'Elija uno más largo o grabe otra vez.',
  },
  video_no_track: {
    title: 'El archivo no tiene imagen',
    why: 'No contiene ninguna pista de vídeo.',
    now: 'Elija otro archivo.',
  },
  video_other_codec: {
    title: 'El vídeo tiene otro códec',
    why: 'No es H.264, el que reproduce la autoridad.',
    now: 'Elija un archivo H.264 o grabe aquí.',
  },
  video_damaged: {
    title: 'El vídeo está dañado',
    why: 'Su índice o sus imágenes no son coherentes.',
    now: 'Elija otra copia o grabe aquí.',
  },
  video_unreadable: {
    title: 'El archivo no se puede leer',
    why: 'Ha desaparecido, o este programa no puede abrirlo.',
    now: 'Revise el disco o la memoria y elíjalo de nuevo.',
  },
  recording_failed: {
    title: 'La grabación ha fallado',
    why: 'El vídeo no se ha podido codificar o escribir.',
    now: 'Grabe otra vez.',
  },
  program_closed: {
    title: 'El programa se cerró',
    why: 'Terminó mientras se grababa el vídeo.',
    now: 'Grábelo otra vez.',
  },
  disk_full: {
    title: 'El disco está lleno',
    why: 'No hay sitio para las pruebas. Lo anterior sigue guardado.',
    now: 'Libere espacio e inténtelo de nuevo.',
  },
  storage_failed: {
    title: 'No se han podido guardar las pruebas',
    why: 'El disco no ha dejado escribir o leer.',
    now: 'Revise el disco e inténtelo de nuevo.',
  },
  case_damaged: {
    title: 'Este expediente no se puede leer',
    why: 'Sus archivos en este puesto están dañados.',
    now: 'Déjelo a su administrador y empiece uno nuevo.',
  },
  settings_invalid: {
    title: 'Los ajustes tienen un error',
    why: 'Una línea del archivo de ajustes no se puede usar.',
    now: 'Corríjala según el detalle y compruebe el puesto.',
  },
  certificate_missing: {
    title: 'Falta el certificado',
    why: 'Los ajustes no nombran ninguno, o el archivo no está.',
    now: 'Pídalo a su administrador y compruebe el puesto.',
  },
  certificate_password: {
    title: 'El certificado sigue cerrado',
    why: 'La contraseña de los ajustes no lo abre.',
    now: 'Corrija la contraseña y compruebe el puesto.',
  },
  certificate_expired: {
    title: 'El certificado ha caducado',
    why: 'La autoridad solo acepta certificados vigentes.',
    now: 'Pida uno nuevo a su administrador y compruebe el puesto.',
  },
  certificate_unsupported: {
    title: 'El certificado no se puede usar',
    why: 'Su archivo está protegido de una forma desconocida.',
    now: 'Pida que lo exporten según el detalle y compruebe el puesto.',
  },
  certificate_invalid: {
    title: 'El certificado no es válido',
    why: 'El archivo está dañado, o clave y certificado no casan.',
    now: 'Pídalo a su administrador y compruebe el puesto.',
  },
  ra_unreachable: {
    title: 'No se llega a la autoridad',
    why: 'No hay conexión con sus servidores. Las pruebas siguen aquí.',
    now: 'Revise la red e inténtelo de nuevo.',
  },
  ra_timeout: {
    title: 'La autoridad no responde',
    why: 'La conexión ha estado parada demasiado tiempo. Las pruebas siguen aquí.',
    now: 'Inténtelo de nuevo en un momento.',
  },
  ra_server_certificate: {
    title: 'El servidor no es de confianza',
    why: 'Su certificado no se puede verificar; no se ha enviado nada.',
    now: 'Revise las direcciones de los ajustes y compruebe el puesto.',
  },
  ra_client_certificate: {
    title: 'El certificado ha sido rechazado',
    why: 'La autoridad no acepta el certificado de este puesto.',
    now: 'Pida que lo habiliten para la API y compruebe el puesto.',
  },
  ra_unauthorized: {
    title: 'La autoridad no nos conoce',
    why: 'Ha rechazado las credenciales de este puesto.',
    now: 'Avise a su administrador y compruebe el puesto.',
  },
  ra_forbidden: {
    title: 'Esto no está permitido',
    why: 'El usuario de API de este puesto no puede hacerlo.',
    now: 'Avise a su administrador y compruebe el puesto.',
  },
  ra_not_found: {
    title: 'La solicitud no existe',
    why: 'La autoridad no conoce ninguna con este número.',
    now: 'Compruebe el número.',
  },
  ra_wrong_state: {
    title: 'La solicitud está en otro estado',
    why: 'La autoridad ya no permite este paso, o aún no.',
    now: 'Lea el estado de nuevo.',
  },
  ra_rejected: {
    title: 'La autoridad rechaza los datos',
    why: 'Falta un valor, o no se acepta como está escrito.',
    now: 'Corrija la solicitud según el detalle.',
  },
  ra_too_large: {
    title: 'Demasiado grande para la autoridad',
    why: 'Un servidor intermedio no admite tanto de una vez.',
    now: 'Inténtelo de nuevo o use un vídeo más corto.',
  },
  ra_rate_limited: {
    title: 'Demasiadas llamadas',
    why: 'La autoridad pide esperar.',
    now: 'Inténtelo de nuevo en un minuto.',
  },
  ra_server_error: {
    title: 'La autoridad tiene un error',
    why: 'Su servidor ha fallado al responder. Las pruebas siguen aquí.',
    now: 'Inténtelo de nuevo. Si persiste, dé el número de error al proveedor.',
  },
  ra_answer_unreadable: {
    title: 'La respuesta no se entiende',
    why: 'Ha respondido algo que no es la API de la autoridad.',
    now: 'Inténtelo de nuevo. Si persiste, revise proxy y direcciones.',
  },
  ra_no_scratchcard: {
    title: 'No quedan tarjetas',
    why: 'Cada solicitud necesita una y la autoridad no tiene para usted.',
    now: 'Pida más a su administrador. El formulario se conserva.',
  },
  ra_scratchcard_taken: {
    title: 'Las tarjetas ya estaban tomadas',
    why: 'Otros puestos han usado tres seguidas en el mismo momento.',
    now: 'Inténtelo de nuevo.',
  },
  ra_contact_limit: {
    title: 'Contacto usado demasiado',
    why: 'Hay demasiados documentos con este teléfono o correo.',
    now: 'Use el teléfono y el correo de la propia persona.',
  },
  ra_no_video_id: {
    title: 'Sin identificación por vídeo',
    why: 'La autoridad no la ha creado para esta solicitud.',
    now: 'Lea el estado de nuevo o cree otra solicitud.',
  },
  ra_evidence_rejected: {
    title: 'Las pruebas no se han aceptado',
    why: 'La autoridad no ha podido usar una foto o el vídeo.',
    now: 'Revíselas y envíe de nuevo.',
  },
  ra_still_processing: {
    title: 'La autoridad sigue trabajando',
    why: 'Todo ha llegado; el estado nuevo aún no está.',
    now: 'Lea el estado de nuevo en un momento.',
  },
  clock_wrong: {
    title: 'El reloj está mal',
    why: 'Difiere del de la autoridad, y las horas serían falsas.',
    now: 'Ponga en hora el equipo y compruebe el puesto.',
  },
  rao_credentials: {
    title: 'La contraseña o el PIN no son correctos',
    why: 'La autoridad ha rechazado estas credenciales. No se ha decidido nada.',
    now: 'Identifíquese de nuevo con las correctas.',
  },
  rao_unknown: {
    title: 'La autoridad no conoce a este RAO',
    why: 'No hay ningún oficial con este número en esta autoridad. No se ha decidido nada.',
    now: 'Corrija el número e identifíquese de nuevo.',
  },
  rao_not_signed_in: {
    title: 'Nadie se ha identificado',
    why: 'Una decisión requiere usuario, contraseña y PIN de un oficial; no se han dado o ha pasado el tiempo.',
    now: 'Identifíquese y decida.',
  },
  same_operator: {
    title: 'Usted capturó estas pruebas',
    why: 'Quien captura no puede aprobar: hace falta una segunda persona.',
    now: 'Que se identifique otro oficial.',
  },
  operator_no_rao: {
    title: 'El operador no tiene número de RAO',
    why: 'La autoridad debe saber quién identificó a la persona antes de que otro oficial apruebe.',
    now: 'Escriba el número en la comprobación del puesto.',
  },
  not_identificator: {
    title: 'El operador no puede identificar',
    why: 'La autoridad no tiene a este RAO entre los que identifican; la solicitud no se podría aprobar.',
    now: 'Elija un operador que pueda, o pregunte a su administrador.',
  },
  papers_not_shown: {
    title: 'Lea antes los papeles',
    why: 'La declaración y el contrato se leen hasta el final antes de lo que pueda aprobar.',
    now: 'Lea los dos y siga.',
  },
  ra_missing_documents: {
    title: 'Falta un documento',
    why: 'Sin él la autoridad no puede aprobar esta solicitud.',
    now: 'Añada el documento y apruebe.',
  },
  ra_missing_fields: {
    title: 'Faltan datos',
    why: 'La autoridad no puede aprobar esta solicitud hasta que todos los campos estén rellenos.',
    now: 'Rellene los campos y apruebe.',
  },
  outcome_unknown: {
    title: 'No se sabe qué ha pasado',
    why: 'La conexión se cortó antes de la respuesta: puede que la decisión se haya tomado.',
    now: 'Lea la solicitud. Nada se decide dos veces.',
  },
  confirmation_needed: {
    title: 'Hace falta confirmarlo',
    why: 'Es producción y el paso no se puede deshacer.',
    now: 'Confírmelo cuando se le pregunte.',
  },
  contract_unreadable: {
    title: 'No se puede mostrar el contrato',
    why: 'Lo que ha enviado la autoridad no es un PDF que se pueda leer aquí.',
    now: 'Pídalo de nuevo. Si persiste, pregunte al proveedor.',
  },
  document_unreadable: {
    title: 'Este archivo no sirve',
    why: 'Está vacío, es demasiado grande o no se puede abrir.',
    now: 'Elija otro archivo.',
  },
  vision_failed: {
    title: 'Las fotos no se pueden juzgar',
    why: 'Falta o no funciona la parte del programa que mira las fotos.',
    now: 'Inténtelo de nuevo. Mientras no funcione, haga las fotos a mano y escriba lo que dice el documento.',
  },
  hook_unreachable: {
    title: 'El servicio no responde',
    why: 'Desde aquí no se llega al servicio configurado para esto.',
    now: 'Inténtelo de nuevo. Si persiste, avise a quien cuida de este puesto.',
  },
  hook_rejected: {
    title: 'El servicio se niega',
    why: 'Responde, pero no acepta lo que este puesto le pide.',
    now: 'Inténtelo de nuevo. Si persiste, dé el detalle a quien cuida de él.',
  },
  hook_answer_unreadable: {
    title: 'La respuesta del servicio no se entiende',
    why: 'Responde algo distinto de lo acordado.',
    now: 'Inténtelo de nuevo. Si persiste, dé el detalle a quien cuida de él.',
  },
  reason_needed: {
    title: 'Falta el motivo',
    why: 'Decir otra cosa que la medición queda registrado con su motivo.',
    now: 'Escriba el motivo y responda de nuevo.',
  },
  cancelled: {
    title: 'Cancelado',
    why: 'Lo ha detenido usted. Las pruebas siguen aquí.',
    now: 'Empiece de nuevo cuando quiera.',
  },
  operator_missing: {
    title: 'Nadie atiende este puesto',
    why: 'Cada expediente nombra a su operador.',
    now: 'Diga quién es.',
  },
  consent_missing: {
    title: 'Primero el consentimiento',
    why: 'No se puede grabar nada antes de que la persona acepte.',
    now: 'Pida el consentimiento.',
  },
  incomplete: {
    title: 'Falta algo',
    why: 'La autoridad necesita todas las pruebas.',
    now: 'Complételas y envíe.',
  },
  invalid_input: {
    title: 'Este valor no sirve',
    why: 'No tiene la forma que se necesita aquí.',
    now: 'Corríjalo según el detalle.',
  },
  no_date: {
    title: 'Esto no es una fecha',
    why: 'Ese día no existe, o está escrito de otra forma.',
    now: 'Escriba día, mes y año, por ejemplo 31/12/1985.',
  },
  not_allowed_now: {
    title: 'Ahora no es posible',
    why: 'Hay otro paso en marcha, o tiene que ir antes.',
    now: 'Termínelo e inténtelo de nuevo.',
  },
  internal: {
    title: 'Algo ha fallado aquí',
    why: 'Este programa ha cometido un error. Lo capturado se conserva.',
    now: 'Inténtelo de nuevo. Si persiste, dé el detalle a soporte.',
  },
};
