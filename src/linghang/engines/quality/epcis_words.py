"""Words of EPCIS 2.0 and CBV 2.0 (GS1): the fields of events in their order, and the standard values of fields."""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BIZ_STEPS = _words(
    """
    accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
    decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting
    installing killing loading other packing picking receiving removing repackaging repairing replacing
    reserving retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing
    transporting unloading unpacking void_shipping
    """
)
DISPOSITIONS = _words(
    """
    active available completeness_inferred completeness_verified conformant container_closed container_open
    damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class
    mismatch_instance mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other
    partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible
    stolen unavailable unknown
    """
)
TRANSACTION_TYPES = _words(
    """
    bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt
    """
)
PARTY_TYPES = _words(
    """
    location owning_party possessing_party
    """
)
ERROR_REASONS = _words(
    """
    did_not_occur incorrect_data
    """
)
MEASUREMENTS = _words(
    """
    AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance
    Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity
    ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency
    Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux
    LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration
    MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power
    Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle
    SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate
    VolumeFraction VolumetricFlux Wavenumber
    """
)
ALARMS = _words(
    """
    ALARM_CONDITION ERROR_CONDITION
    """
)
COMPONENTS = _words(
    """
    altitude axial_distance azimuth easting elevation_angle height latitude longitude northing polar_angle
    spherical_radius x y z
    """
)

CBV = "https://ref.gs1.org/cbv/"
VOC = "https://gs1.org/voc/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
EPCIS_XML = "urn:epcglobal:epcis:xsd:2"
MASTER_XML = "urn:epcglobal:epcis-masterdata:xsd:2"
QUERY_XML = "urn:epcglobal:epcis-query:xsd:2"
MASTER_ATTRIBUTES = "urn:epcglobal:cbv:mda"
"""Of the prefix cbvmda, which the JSON-LD context of GS1 brings along."""

WORDS: Mapping[str, tuple[frozenset[str], str, str]] = {
    "bizStep": (BIZ_STEPS, CBV + "BizStep-", "urn:epcglobal:cbv:bizstep:"),
    "disposition": (DISPOSITIONS, CBV + "Disp-", "urn:epcglobal:cbv:disp:"),
    "set": (DISPOSITIONS, CBV + "Disp-", "urn:epcglobal:cbv:disp:"),
    "unset": (DISPOSITIONS, CBV + "Disp-", "urn:epcglobal:cbv:disp:"),
    "bizTransactionList.type": (TRANSACTION_TYPES, CBV + "BTT-", "urn:epcglobal:cbv:btt:"),
    "sourceList.type": (PARTY_TYPES, CBV + "SDT-", "urn:epcglobal:cbv:sdt:"),
    "destinationList.type": (PARTY_TYPES, CBV + "SDT-", "urn:epcglobal:cbv:sdt:"),
    "reason": (ERROR_REASONS, CBV + "ER-", "urn:epcglobal:cbv:er:"),
    "sensorReport.type": (MEASUREMENTS, VOC, "gs1:"),
    "exception": (ALARMS, VOC, "gs1:"),
    "component": (COMPONENTS, CBV + "Comp-", "cbv:Comp-"),
}
"""Field -> its standard words, what stands before them as a web address, and what before them in XML."""

_BEFORE = ("eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "errorDeclaration", "certificationInfo")
_WHAT = ("action", "bizStep", "disposition", "readPoint", "bizLocation")
_PARTIES = ("sourceList", "destinationList", "sensorElementList", "persistentDisposition")
EVENTS: Mapping[str, tuple[str, ...]] = {
    "ObjectEvent": (*_BEFORE, "epcList", *_WHAT, "bizTransactionList", "quantityList", *_PARTIES, "ilmd"),
    "AggregationEvent": (
        *_BEFORE,
        "parentID",
        "childEPCs",
        *_WHAT,
        "bizTransactionList",
        "childQuantityList",
        *_PARTIES,
    ),
    "TransactionEvent": (*_BEFORE, "bizTransactionList", "parentID", "epcList", *_WHAT, "quantityList", *_PARTIES),
    "TransformationEvent": (
        *_BEFORE,
        "inputEPCList",
        "inputQuantityList",
        "outputEPCList",
        "outputQuantityList",
        "transformationID",
        *_WHAT[1:],
        "bizTransactionList",
        *_PARTIES,
        "ilmd",
    ),
    "AssociationEvent": (
        *_BEFORE,
        "parentID",
        "childEPCs",
        "childQuantityList",
        *_WHAT,
        "bizTransactionList",
        *_PARTIES,
    ),
}
"""Kind of event -> its fields in the order of the XML schema (EPCIS 2.0, 9.5)."""

ITEMS: Mapping[str, str] = {
    "epcList": "epc",
    "inputEPCList": "epc",
    "outputEPCList": "epc",
    "childEPCs": "epc",
    "correctiveEventIDs": "correctiveEventID",
    "quantityList": "quantityElement",
    "childQuantityList": "quantityElement",
    "inputQuantityList": "quantityElement",
    "outputQuantityList": "quantityElement",
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
    "sensorElementList": "sensorElement",
}
"""List -> name of its items in XML; in JSON they have none."""

TYPED = frozenset({"bizTransaction", "source", "destination"})
"""Items that are an identifier with a type."""
RECORDS = frozenset({"readPoint", "bizLocation", "errorDeclaration", "ilmd", "persistentDisposition"})
REPORT_FIELDS = (
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time", "microorganism",
    "chemicalSubstance", "value", "component", "stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue",
    "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem",
)  # fmt: skip
META_FIELDS = (
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules",
)  # fmt: skip
NUMBERS = _words("quantity value minValue maxValue meanValue sDev percRank percValue")
TIMES = frozenset({"eventTime", "recordTime", "declarationTime", "time", "startTime", "endTime"})
ACTIONS = ("ADD", "OBSERVE", "DELETE")
